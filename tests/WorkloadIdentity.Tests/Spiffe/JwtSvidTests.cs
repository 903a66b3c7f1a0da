using System.Buffers.Text;
using System.Text;
using WorkloadIdentity.Spiffe;
using WorkloadIdentity.Spiffe.Protocol;

namespace WorkloadIdentity.Tests;

/// <summary>JWT-SVID, sections 2 and 3, and what Entra asks for beyond it.</summary>
public sealed class JwtSvidTests
{
    private const string Id = "spiffe://example.org/orders";
    private const string Audience = "api://AzureADTokenExchange";
    private const string Header = """{"alg":"RS256","typ":"JWT","kid":"1"}""";

    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);

    [Theory]
    [InlineData(Header, $$"""{"iss":"https://oidc.example.org","sub":"{{Id}}","aud":["{{Audience}}"],"exp":1800000001}""")]
    [InlineData("""{"alg":"RS256"}""", $$"""{"iss":"https://x","sub":"{{Id}}","aud":"{{Audience}}","exp":1800000300.5}""")]
    [InlineData("""{"alg":"RS256","typ":"JOSE"}""", $$"""{"iss":"https://x","sub":"{{Id}}","aud":["a","{{Audience}}"],"exp":1900000000}""")]
    public void An_svid_that_Entra_accepts_is_taken(string header, string claims) =>
        Assert.Null(JwtSvid.Problem(Svid(Jwt(header, claims)), Audience, Now));

    [Theory]
    [InlineData("ES256")]
    [InlineData("RS384")]
    [InlineData("PS256")]
    [InlineData("EdDSA")]
    [InlineData("none")]
    [InlineData("rs256")]
    public void Another_algorithm_than_RS256_is_told_with_the_setting_of_the_server(string algorithm)
    {
        var error = JwtSvid.Problem(Svid(Jwt($$"""{"alg":"{{algorithm}}"}""", Claims())), Audience, Now)!;

        Assert.Equal((TokenErrorKind.InvalidConfiguration, false), (error.Kind, error.IsTransient));
        Assert.Contains($"signed with {algorithm}, and Entra accepts RS256 alone", error.Message, StringComparison.Ordinal);
        Assert.Contains("jwt_key_type = \"rsa-2048\"", error.Message, StringComparison.Ordinal);
        Assert.Equal("spiffe", error.HelpAnchor);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("example.org")]
    [InlineData("http://oidc.example.org")]
    public void An_issuer_that_Entra_cannot_read_is_told_with_the_setting_of_the_server(string? issuer)
    {
        var claims = Claims().Replace(
            "\"iss\":\"https://oidc.example.org\",", issuer is null ? "" : $"\"iss\":\"{issuer}\",", StringComparison.Ordinal);

        var error = JwtSvid.Problem(Svid(Jwt(Header, claims)), Audience, Now)!;

        Assert.Equal(TokenErrorKind.InvalidConfiguration, error.Kind);
        Assert.Contains("jwt_issuer", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Header, $$"""{"iss":"https://x","sub":"spiffe://example.org/other","aud":"{{Audience}}","exp":1900000000}""", "subject")]
    [InlineData(Header, $$"""{"iss":"https://x","aud":"{{Audience}}","exp":1900000000}""", "subject")]
    [InlineData(Header, $$"""{"iss":"https://x","sub":"{{Id}}","exp":1900000000}""", "audience")]
    [InlineData(Header, $$"""{"iss":"https://x","sub":"{{Id}}","aud":"api://azureadtokenexchange","exp":1900000000}""", "audience")]
    [InlineData(Header, $$"""{"iss":"https://x","sub":"{{Id}}","aud":{"a":1},"exp":1900000000}""", "audience")]
    [InlineData(Header, $$"""{"iss":"https://x","sub":"{{Id}}","aud":[1],"exp":1900000000}""", "audience")]
    [InlineData(Header, $$"""{"iss":"https://x","sub":"{{Id}}","aud":"{{Audience}}"}""", "expiry")]
    [InlineData(Header, $$"""{"iss":"https://x","sub":"{{Id}}","aud":"{{Audience}}","exp":"1900000000"}""", "expiry")]
    [InlineData(Header, $$"""{"iss":"https://x","sub":"{{Id}}","aud":"{{Audience}}","exp":1800000000}""", "already expired")]
    [InlineData("""{"alg":256}""", $$"""{"iss":"https://x","sub":"{{Id}}","aud":"{{Audience}}","exp":1900000000}""", "header")]
    [InlineData("""{"alg":["RS256"]}""", $$"""{"iss":"https://x","sub":"{{Id}}","aud":"{{Audience}}","exp":1900000000}""", "header")]
    [InlineData("""{"alg":""}""", $$"""{"iss":"https://x","sub":"{{Id}}","aud":"{{Audience}}","exp":1900000000}""", "header")]
    [InlineData("""{"typ":"JWT"}""", $$"""{"iss":"https://x","sub":"{{Id}}","aud":"{{Audience}}","exp":1900000000}""", "header")]
    [InlineData("""{"alg":"RS256","typ":"at+jwt"}""", $$"""{"sub":"{{Id}}","aud":"{{Audience}}","exp":1900000000}""", "header")]
    [InlineData("""{"alg":"\ud800"}""", $$"""{"sub":"{{Id}}","aud":"{{Audience}}","exp":1900000000}""", "not Unicode")]
    [InlineData(Header, $$"""{"iss":"https://x","sub":"\ud800","aud":"{{Audience}}","exp":1900000000}""", "not Unicode")]
    [InlineData(Header, $$"""{"iss":"https://x","sub":"{{Id}}","aud":"\udfff","exp":1900000000}""", "audience")]
    [InlineData(Header, $$"""{"iss":"https://x","sub":"{{Id}}","aud":["\ud800"],"exp":1900000000}""", "audience")]
    [InlineData(Header, $$"""{"\ud800":1,"iss":"https://x","aud":"{{Audience}}","exp":1900000000}""", "not Unicode")]
    [InlineData(Header, $$"""{"iss":"\ud800","sub":"{{Id}}","aud":"{{Audience}}","exp":1900000000}""", "not Unicode")]
    [InlineData("""["alg"]""", "{}", "compact form")]
    [InlineData(Header, "[]", "compact form")]
    [InlineData("not JSON", "{}", "compact form")]
    public void An_svid_that_breaks_the_standard_is_refused(string header, string claims, string says)
    {
        var error = JwtSvid.Problem(Svid(Jwt(header, claims)), Audience, Now)!;

        Assert.Equal(TokenErrorKind.InvalidResponse, error.Kind);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a.b")]
    [InlineData("a.b.c.d.e")]
    [InlineData("%%%.%%%.%%%")]
    [InlineData("{\"payload\":\"canary\"}")]
    public void Anything_but_a_compact_JWS_is_refused_and_not_printed(string svid)
    {
        var error = JwtSvid.Problem(Svid(svid), Audience, Now)!;

        Assert.Contains("compact form", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_JWT_without_a_signature_is_refused() =>
        Assert.Contains(
            "compact form", JwtSvid.Problem(Svid($"{Part(Header)}.{Part(Claims())}."), Audience, Now)!.Message, StringComparison.Ordinal);

    [Fact]
    public void An_id_of_another_form_is_refused() =>
        Assert.Contains(
            "subject",
            JwtSvid.Problem(
                new JWTSVID { SpiffeId = "orders", Svid = Jwt(Header, Claims().Replace(Id, "orders", StringComparison.Ordinal)) },
                Audience,
                Now)!.Message,
            StringComparison.Ordinal);

    private static JWTSVID Svid(string jwt) => new() { SpiffeId = Id, Svid = jwt };

    private static string Claims() =>
        $$"""{"iss":"https://oidc.example.org","sub":"{{Id}}","aud":["{{Audience}}"],"exp":1900000000}""";

    private static string Jwt(string header, string claims) => $"{Part(header)}.{Part(claims)}.c2ln";

    private static string Part(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));
}

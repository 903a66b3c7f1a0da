using System.Buffers.Text;
using System.Text;

namespace WorkloadIdentity.Tests;

public sealed class UnverifiedJwtTests
{
    [Fact]
    public void Claims_and_header_are_read_as_they_stand()
    {
        var jwt =
            UnverifiedJwt.TryRead(
                Jwt("""{"iss":"i","sub":"s","aud":["a","b"],"nbf":1767225600,"exp":1767229200.5}""", """{"alg":"PS256"}"""))!;

        Assert.Equal(("i", "s", "PS256"), (jwt.Issuer, jwt.Subject, jwt.Algorithm));
        Assert.Equal(["a", "b"], jwt.Audiences);
        Assert.Equal(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), jwt.NotBefore);
        Assert.Equal(new DateTimeOffset(2026, 1, 1, 1, 0, 0, 500, TimeSpan.Zero), jwt.ExpiresOn);
        Assert.Equal(["one"], UnverifiedJwt.TryRead(Jwt("""{"aud":"one"}"""))!.Audiences);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("a.b")]
    [InlineData("..")]
    [InlineData("e30.e30")]
    [InlineData("e30.e30.x.y")]
    [InlineData("e30.***.x")]
    [InlineData("e30.bm90IGpzb24.x")]
    [InlineData("e30.W10.x")]
    public void What_is_no_jwt_is_null(string? text) => Assert.Null(UnverifiedJwt.TryRead(text));

    [Theory]
    [InlineData("""{"iss":1,"sub":null,"aud":{"a":1},"nbf":"1767225600","exp":"x"}""")]
    [InlineData("""{"iss":["i"],"aud":[1,null,{}],"exp":1e300}""")]
    [InlineData("""{"exp":-1,"nbf":0}""")]
    [InlineData("""{"iss":"\ud800","sub":"\udfff","aud":"\ud800"}""")]
    [InlineData("{}")]
    public void Values_of_the_wrong_kind_are_absent(string claims)
    {
        var jwt = UnverifiedJwt.TryRead(Jwt(claims, "[]"))!;

        Assert.Null(jwt.Issuer);
        Assert.Null(jwt.Subject);
        Assert.Null(jwt.Algorithm);
        Assert.Null(jwt.NotBefore);
        Assert.Null(jwt.ExpiresOn);
        Assert.Empty(jwt.Audiences);
    }

    [Theory]
    [InlineData("""{"\ud800":1}""")]
    [InlineData("""{"sub":"a","sub":"b"}""")]
    public void Names_that_could_be_read_in_two_ways_make_it_unreadable(string claims) => Assert.Null(UnverifiedJwt.TryRead(Jwt(claims)));

    [Fact]
    public void Depth_has_a_bound() =>
        Assert.Null(UnverifiedJwt.TryRead(Jwt(string.Concat(Enumerable.Repeat("{\"a\":", 100)) + "1" + new string('}', 100))));

    private static string Jwt(string claims, string header = "{}") => $"{Encode(header)}.{Encode(claims)}.x";

    private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
}

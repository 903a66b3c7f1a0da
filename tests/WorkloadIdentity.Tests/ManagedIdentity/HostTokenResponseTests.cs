using System.Text;

namespace WorkloadIdentity.Tests;

/// <summary>Every form of a token, good and hostile. Now is 1 January 2026, 12:00:05; the request was sent five seconds before.</summary>
public sealed class HostTokenResponseTests
{
    private static readonly DateTimeOffset SentOn = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Now = SentOn.AddSeconds(5);

    // 1767272400 is 13:00, an hour after the request.
    [Theory]
    [InlineData(""" "expires_on":"1767272400" """, 3600)]
    [InlineData(""" "expires_on":1767272400 """, 3600)]
    [InlineData(""" "expires_on":1767272400.0 """, 3600)]
    [InlineData(""" "expires_on":"1767272400.25" """, 3600.25)]
    [InlineData(""" "expires_on":1.7672724e9 """, 3600)]
    [InlineData(""" "expires_on":"3600" """, 3600)]
    [InlineData(""" "expires_on":3600 """, 3600)]
    [InlineData(""" "expires_in":"3600" """, 3600)]
    [InlineData(""" "expires_in":3600 """, 3600)]
    [InlineData(""" "expires_in":3599.5 """, 3599.5)]
    [InlineData(""" "expires_in":"1767272400" """, 3600)]
    [InlineData(""" "expires_on":"1767272400","expires_in":"1" """, 3600)]
    [InlineData(""" "expires_on":"1767272400","expires_in":"soon" """, 3600)]
    [InlineData(""" "expires_on":"tomorrow","expires_in":3600 """, 3600)]
    [InlineData(""" "expires_on":"null","expires_in":"3600" """, 3600)]
    [InlineData(""" "expires_on":" ","expires_in":"3600" """, 3600)]
    [InlineData(""" "expires_on":false,"expires_in":3600 """, 3600)]
    [InlineData(""" "expires_on":{},"expires_in":3600 """, 3600)]
    [InlineData(""" "expires_on":"NaN","expires_in":3600 """, 3600)]
    [InlineData(""" "expires_on":"","expires_in":"3600" """, 3600)]
    [InlineData(""" "expires_on":null,"expires_in":3600 """, 3600)]
    [InlineData(""" "expires_on":"1/1/2026 1:00:00 PM +00:00" """, 3600)]
    [InlineData(""" "expires_on":"01/01/2026 13:00:00 +00:00" """, 3600)]
    [InlineData(""" "expires_on":"1/1/2026 13:00:00 PM +00:00" """, 3600)]
    [InlineData(""" "expires_on":"1/1/2026 2:00:00 PM +01:00" """, 3600)]
    [InlineData(""" "expires_on":"2026-01-01T13:00:00Z" """, 3600)]
    [InlineData(""" "expires_on":"2026-01-01T13:00:00.0000000+00:00" """, 3600)]
    [InlineData(""" "expires_on":"2026-01-01T13:00:00" """, 3600)]
    public void An_expiry_is_read_in_every_form(string expiry, double secondsAfterSending)
    {
        var response = Read($$"""{"access_token":"t",{{expiry}},"token_type":"Bearer"}""");

        Assert.Null(response.Problem);
        Assert.Equal(SentOn.AddSeconds(secondsAfterSending), response.Token!.ExpiresOn);
    }

    [Theory]
    [InlineData("", "neither expires_on nor expires_in")]
    [InlineData(""","expires_on":null""", "neither expires_on nor expires_in")]
    [InlineData(""","expires_on":"" """, "neither expires_on nor expires_in")]
    [InlineData(""","expires_on":"tomorrow" """, "expires_on is neither a number")]
    [InlineData(""","expires_on":"tomorrow","expires_in":"soon" """, "expires_on and expires_in are neither a number")]
    [InlineData(""","expires_on":"tomorrow","expires_in":0""", "expires_in is not in the future")]
    [InlineData(""","expires_on":0,"expires_in":3600""", "expires_on is not in the future")]
    [InlineData(""","expires_on":null,"expires_in":null""", "neither expires_on nor expires_in")]
    [InlineData(""","expires_on":true""", "expires_on is neither a number")]
    [InlineData(""","expires_on":{"seconds":3600}""", "expires_on is neither a number")]
    [InlineData(""","expires_on":[3600]""", "expires_on is neither a number")]
    [InlineData(""","expires_on":"NaN" """, "expires_on is neither a number")]
    [InlineData(""","expires_on":"Infinity" """, "expires_on is neither a number")]
    [InlineData(""","expires_on":1e999""", "expires_on is neither a number")]
    [InlineData(""","expires_on":"1e999" """, "expires_on is neither a number")]
    [InlineData(""","expires_on":"\ud800" """, "expires_on is neither a number")]
    [InlineData(""","expires_on":"31/12/2026 13:00:00 +00:00" """, "expires_on is neither a number")]
    [InlineData(""","expires_on":0""", "expires_on is not in the future")]
    [InlineData(""","expires_in":"0" """, "expires_in is not in the future")]
    [InlineData(""","expires_in":-3600""", "expires_in is not in the future")]
    [InlineData(""","expires_in":5""", "expires_in is not in the future")]
    [InlineData(""","expires_on":-1e300""", "expires_on is not in the future")]
    [InlineData(""","expires_on":"1767268800" """, "expires_on is not in the future")]
    [InlineData(""","expires_on":"9/14/2017 00:00:00 PM +00:00" """, "expires_on is not in the future")]
    [InlineData(""","expires_on":"0001-01-01T00:00:00Z" """, "expires_on is not in the future")]
    [InlineData(""","expires_in":172806""", "more than 48 hours")]
    [InlineData(""","expires_on":978307199""", "more than 48 hours")]
    [InlineData(""","expires_on":1767272400000""", "more than 48 hours")]
    [InlineData(""","expires_on":1e300""", "more than 48 hours")]
    [InlineData(""","expires_on":"9999-12-31T23:59:59Z" """, "more than 48 hours")]
    public void An_expiry_that_makes_no_sense_is_refused(string expiry, string says) =>
        Assert.Contains(says, Problem($$"""{"access_token":"canary","token_type":"Bearer"{{expiry}}}"""), StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("canary")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"canary\"")]
    [InlineData("{")]
    [InlineData("{}x")]
    [InlineData("<html>canary</html>")]
    [InlineData("""{"access_token":"canary","expires_in":3600,}""")]
    [InlineData("""{"access_token":"canary","access_token":"other","expires_in":3600}""")]
    [InlineData("""{"access_token":"canary","\u0061ccess_token":"other","expires_in":3600}""")]
    [InlineData("""{"a":[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]],"access_token":"canary","expires_in":3600}""")]
    public void What_is_not_one_plain_object_is_refused(string body) =>
        Assert.Contains("not one readable JSON object", Problem(body), StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"expires_in":3600}""", "no access_token")]
    [InlineData("""{"access_token":"","expires_in":3600}""", "no access_token")]
    [InlineData("""{"access_token":null,"expires_in":3600}""", "no access_token")]
    [InlineData("""{"access_token":42,"expires_in":3600}""", "no access_token")]
    [InlineData("""{"access_token":{"value":"canary"},"expires_in":3600}""", "no access_token")]
    [InlineData("""{"access_token":"\ud800","expires_in":3600}""", "no access_token")]
    [InlineData("""{"ACCESS_TOKEN":"canary","expires_in":3600}""", "no access_token")]
    [InlineData("""{"access_token":"canary\r\nX: y","expires_in":3600}""", "control character")]
    [InlineData("""{"access_token":"canary\u0000","expires_in":3600}""", "control character")]
    [InlineData("""{"access_token":"canary two","expires_in":3600}""", "control character")]
    [InlineData("""{"access_token":"canary\u00e9","expires_in":3600}""", "control character")]
    [InlineData("""{"access_token":"canary$(id)","expires_in":3600}""", "no Bearer token has")]
    [InlineData("""{"access_token":"can=ary","expires_in":3600}""", "no Bearer token has")]
    [InlineData("""{"access_token":"canary","expires_in":3600,"token_type":"pop"}""", "token_type is not Bearer")]
    [InlineData("""{"access_token":"canary","expires_in":3600,"token_type":""}""", "token_type is not Bearer")]
    [InlineData("""{"access_token":"canary","expires_in":3600,"token_type":1}""", "token_type is not Bearer")]
    public void A_token_that_is_none_is_refused(string body, string says) => Assert.Contains(says, Problem(body), StringComparison.Ordinal);

    [Fact]
    public void Bytes_that_are_no_text_are_refused()
    {
        Assert.NotNull(Read([0xFF, 0xFE, 0x00]).Problem);
        Assert.NotNull(Read([.. "{\"access_token\":\""u8, 0xC3, 0x28, .. "\",\"expires_in\":3600}"u8]).Problem);
        Assert.NotNull(Read([.. "{\""u8, 0xC3, 0x28, .. "\":1,\"access_token\":\"\\ud800\",\"expires_in\":3600}"u8]).Problem);
        Assert.NotNull(Read("""{"\ud800":1,"\ud801":2,"expires_in":3600}""").Problem);
    }

    [Fact]
    public void A_byte_order_mark_does_no_harm() =>
        Assert.Equal("t", Read([0xEF, 0xBB, 0xBF, .. """{"access_token":"t","expires_in":3600}"""u8]).Token!.Value);

    [Theory]
    [InlineData("bearer")]
    [InlineData("BEARER")]
    public void A_token_type_has_no_case(string type) =>
        Assert.Equal("Bearer", Read($$"""{"access_token":"t","expires_in":3600,"token_type":"{{type}}"}""").Token!.TokenType);

    [Theory]
    [InlineData("1800", 1800.0)]
    [InlineData("\"1800\"", 1800.0)]
    [InlineData("0", null)]
    [InlineData("-5", null)]
    [InlineData("3600", null)]
    [InlineData("1e300", null)]
    [InlineData("\"soon\"", null)]
    [InlineData("{}", null)]
    public void A_refresh_hint_counts_from_sending_and_one_without_sense_is_no_hint(string hint, double? seconds) =>
        Assert.Equal(
            seconds is { } after ? SentOn.AddSeconds(after) : null,
            Read($$"""{"access_token":"t","expires_in":3600,"refresh_in":{{hint}}}""").Token!.RefreshOn);

    public static TheoryData<string, ManagedIdentityId?, string> Strangers => new()
    {
        { "resource", null, """ "resource":"https://vault.azure.net" """ },
        { "resource", ManagedIdentityId.FromClientId(
            Machine.ClientId), $$""" "client_id":"{{Machine.ClientId}}","resource":"https://graph.microsoft.com.evil.example" """ },
        { "identity", ManagedIdentityId.FromClientId(Machine.ClientId), $$""" "client_id":"{{Machine.ObjectId}}" """ },
        { "identity", ManagedIdentityId.FromClientId(Machine.ClientId), """ "client_id":"canary" """ },
        { "identity", ManagedIdentityId.FromObjectId(Machine.ObjectId), $$""" "object_id":"{{Machine.ClientId}}" """ },
        { "identity", ManagedIdentityId.FromObjectId(Machine.ObjectId), $$""" "principal_id":"{{Machine.ClientId}}" """ },
        { "identity", ManagedIdentityId.FromResourceId(Machine.ResourceId), $$""" "msi_res_id":"{{Machine.ResourceId}}2" """ },
        { "identity", ManagedIdentityId.FromResourceId(Machine.ResourceId), $$""" "mi_res_id":"{{Machine.ResourceId}}2" """ },
    };

    [Theory]
    [MemberData(nameof(Strangers))]
    public void A_token_for_another_resource_or_identity_is_refused(string what, ManagedIdentityId? id, string echo)
    {
        var response = Read(Encoding.UTF8.GetBytes($$"""{"access_token":"canary","expires_in":3600,{{echo}}}"""), Request(id));

        Assert.Null(response.Token);
        Assert.Contains($"another {what}", response.Problem, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", response.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Echoes_that_say_the_same_in_other_letters_pass()
    {
        Assert.NotNull(
            Read(
                ManagedIdentityId.FromClientId(Machine.ClientId),
                $$""" "client_id":"{{Machine.ClientId.ToUpperInvariant()}}","resource":"HTTPS://graph.microsoft.com/" """).Token);
        Assert.NotNull(
            Read(
                ManagedIdentityId.FromResourceId(Machine.ResourceId),
                $$""" "mi_res_id":"{{Machine.ResourceId.ToUpperInvariant()}}" """).Token);
        Assert.NotNull(
            Read(
                ManagedIdentityId.FromObjectId(Machine.ObjectId),
                $$""" "client_id":"{{Machine.ClientId}}","resource":"","object_id":"{{Machine.ObjectId}}" """).Token);

        static HostTokenResponse Read(ManagedIdentityId id, string echo) => HostTokenResponseTests.Read(
            Encoding.UTF8.GetBytes($$"""{"access_token":"t","expires_in":3600,{{echo}}}"""), Request(id));
    }

    [Fact]
    public void A_client_id_that_is_none_is_not_kept() =>
        Assert.Null(Read("""{"access_token":"t","expires_in":3600,"client_id":"orders\r\nINFO: forged"}""").Token!.ClientId);

    private static string Problem(string body)
    {
        var response = Read(body);
        Assert.Null(response.Token);
        Assert.NotNull(response.Problem);
        Assert.DoesNotContain("canary", response.Problem, StringComparison.Ordinal);
        return response.Problem;
    }

    private static HostTokenResponse Read(string body) => Read(Encoding.UTF8.GetBytes(body));

    private static HostTokenResponse Read(byte[] body) => Read(body, Request(id: null));

    private static HostTokenResponse Read(byte[] body, ManagedIdentityRequest request) =>
        HostTokenResponse.Read("IMDS", TokenAnswer.Read(body), request, requiresEcho: false, SentOn, Now);

    private static ManagedIdentityRequest Request(ManagedIdentityId? id) =>
        new(Machine.Scope, "https://graph.microsoft.com", id) { Present = new HashSet<string>() };
}

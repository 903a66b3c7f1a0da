using System.Net;
using System.Text;

namespace WorkloadIdentity.Tests;

public sealed class TokenResponseTests
{
    private readonly EntraFake _entra = new();

    [Theory]
    [InlineData("\"expires_in\":3599", 3599, null)]
    [InlineData("\"expires_in\":\"3599\"", 3599, null)]
    [InlineData("\"expires_in\":3599.7", 3599, null)]
    [InlineData("\"expires_in\":86399,\"refresh_in\":43199,\"ext_expires_in\":0", 86399, 43199)]
    [InlineData("\"expires_in\":86399,\"refresh_in\":\"43199\"", 86399, 43199)]
    [InlineData("\"expires_in\":100800", 100800, null)]
    [InlineData("\"expires_in\":172800", 172800, null)]
    [InlineData("\"expires_in\":1", 1, null)]
    [InlineData("\"expires_in\":3599,\"refresh_in\":3598", 3599, 3598)]
    [InlineData("\"expires_in\":3599,\"refresh_in\":1", 3599, 1)]
    [InlineData("\"expires_in\":3599,\"refresh_in\":3599", 3599, null)]
    [InlineData("\"expires_in\":3599,\"refresh_in\":0", 3599, null)]
    [InlineData("\"expires_in\":3599,\"refresh_in\":\"soon\"", 3599, null)]
    public async Task A_token_lives_from_when_it_was_asked_for(string fields, int expires, int? refresh)
    {
        var asked = _entra.Clock.Now;
        _entra.Server.Answer(_ =>
        {
            _entra.Clock.Advance(TimeSpan.FromSeconds(3));
            return FakeServer.Response(HttpStatusCode.OK, EntraFake.Token("token-1", fields));
        });

        var result = await _entra.AcquireAsync();

        Assert.Equal("token-1", result.Token!.Value);
        Assert.Equal(asked.AddSeconds(expires), result.Token.ExpiresOn);
        Assert.Equal(refresh is null ? null : asked.AddSeconds(refresh.Value), result.Token.RefreshOn);
        Assert.Equal("client secret", result.Token.AcquiredBy);
        Assert.Equal("login.microsoftonline.com", result.Token.Issuer);
        Assert.Equal(EntraFake.ClientId, result.Token.ClientId);
    }

    public static TheoryData<string, string> NoTokens => new()
    {
        { "", "not a token response" },
        { "<html>Sign in</html>", "web page" },
        { "\"token\"", "not a token response" },
        { "[]", "not a token response" },
        { "{}", "access_token" },
        { """{"access_token":"t","expires_in":3599}""", "token_type" },
        { """{"access_token":"t","expires_in":3599,"token_type":"pop"}""", "token_type" },
        { """{"access_token":"t","token_type":"Bearer"}""", "expires_in" },
        { """{"access_token":"t","token_type":"Bearer","expires_in":"soon"}""", "expires_in" },
        { """{"access_token":"t","token_type":"Bearer","expires_in":null}""", "expires_in" },
        { """{"access_token":"t","token_type":"Bearer","expires_in":[3599]}""", "expires_in" },
        { """{"access_token":"t","token_type":"Bearer","expires_in":1e999}""", "expires_in" },
        { """{"access_token":"t","token_type":"Bearer","expires_in":"99999999999999999999"}""", "expires_in" },
        { """{"access_token":"t","token_type":"Bearer","expires_in":0}""", "expired" },
        { """{"access_token":"t","token_type":"Bearer","expires_in":-5}""", "expired" },
        { """{"access_token":"t","token_type":"Bearer","expires_in":"-5"}""", "expired" },
        { """{"access_token":"t","token_type":"Bearer","expires_in":172801}""", "48 hours" },
        { """{"access_token":"t","token_type":"Bearer","expires_in":9e300}""", "48 hours" },
        { """{"access_token":"","token_type":"Bearer","expires_in":3599}""", "access_token" },
        { """{"access_token":7,"token_type":"Bearer","expires_in":3599}""", "access_token" },
        { """{"access_token":"token-canary\r\nX: y","token_type":"Bearer","expires_in":3599}""", "no Bearer token has" },
        { """{"access_token":"token-canary ","token_type":"Bearer","expires_in":3599}""", "no Bearer token has" },
        { """{"access_token":"token-canary$(id)","token_type":"Bearer","expires_in":3599}""", "no Bearer token has" },
        { """{"access_token":"token-canary;id","token_type":"Bearer","expires_in":3599}""", "no Bearer token has" },
        { """{"access_token":"token=canary","token_type":"Bearer","expires_in":3599}""", "no Bearer token has" },
        { """{"access_token":"==","token_type":"Bearer","expires_in":3599}""", "no Bearer token has" },
        { """{"access_token":"\ud800","token_type":"Bearer","expires_in":3599}""", "access_token" },
        { """{"access_token":"token-canary","access_token":"u","token_type":"Bearer","expires_in":3599}""", "not a token response" },
        { $$"""{"access_token":"token-canary","token_type":"Bearer","expires_in":3599,"x":{{new string('[', 40)}}{{new string(
            ']', 40)}}}""", "not a token response" },
    };

    [Fact]
    public Task An_answer_that_is_too_large_is_no_token() => An_answer_that_is_no_token_says_what_is_wrong_with_it(
        $$"""{"access_token":"{{new string('x', Backchannel.MaxTokenBytes)}}","token_type":"Bearer","expires_in":3599}""", "1024 KiB");

    [Theory]
    [MemberData(nameof(NoTokens))]
    public async Task An_answer_that_is_no_token_says_what_is_wrong_with_it(string body, string reason)
    {
        var result = await _entra.Answers(HttpStatusCode.OK, body).AcquireAsync();

        Assert.Equal(TokenVerdict.Failed, result.Verdict);
        Assert.Equal(TokenErrorKind.InvalidResponse, result.Error!.Kind);
        Assert.Contains(reason, result.Error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("token-canary", result.Error.Message, StringComparison.Ordinal);
        Assert.Equal(EntraFake.Tenant, result.Error.TenantId);
        Assert.Equal(EntraFake.ClientId, result.Error.ClientId);
        Assert.Equal(EntraFake.Scope, result.Error.Scope);
        Assert.Single(_entra.Server.Requests);
    }

    [Fact]
    public async Task An_answer_that_is_no_token_says_who_answered_what_to_whom()
    {
        var error = (await _entra.Answers(HttpStatusCode.OK, """{"access_token":"t","expires_in":3599}""").AcquireAsync()).Error!;

        Assert.Equal(
            $"login.microsoftonline.com answered 200 for application {EntraFake.ClientId} in tenant {EntraFake.Tenant}, but the "
                + "token_type is not Bearer. Entra does not respond like this: check which server is at this address.",
            error.Message);
        Assert.Equal(200, error.StatusCode);
    }

    [Fact]
    public async Task An_error_that_comes_with_200_is_an_error()
    {
        var result = await _entra.Answers(HttpStatusCode.OK, EntraFake.Error(700016, "unauthorized_client")).AcquireAsync();

        Assert.Equal(TokenErrorKind.Refused, result.Error!.Kind);
        Assert.Equal(TokenErrorCategory.AppNotFound, result.Error.Category);
        Assert.Equal([700016L], result.Error.EntraErrorCodes);
    }

    [Fact]
    public async Task A_byte_order_mark_and_unknown_fields_do_no_harm()
    {
        _entra.Server.Answer(_ => new HttpResponseMessage(HttpStatusCode.OK)
        {
            Content = new ByteArrayContent(
                [.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(
                    EntraFake.Token("token-1", "\"expires_in\":3599,\"client_info\":{\"a\":[1]}"))]),
        });

        Assert.Equal("token-1", (await _entra.AcquireAsync()).Token!.Value);
    }
}

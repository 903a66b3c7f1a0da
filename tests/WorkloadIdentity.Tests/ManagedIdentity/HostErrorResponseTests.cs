using System.Net;
using System.Text;

namespace WorkloadIdentity.Tests;

/// <summary>Every form of a refusal: codes are kept, text is not.</summary>
public sealed class HostErrorResponseTests
{
    private const string Correlation = "a1b2c3d4-0000-4000-8000-000000000001";

    [Theory]
    [InlineData("""{"error":"invalid_request","error_description":"canary"}""", "invalid_request", null)]
    [InlineData(
        """{"error":{"code":"ManagedIdentityNotFound","message":"canary","correlationId":"a1b2c3d4-0000-4000-8000-000000000001"}}""",
        "ManagedIdentityNotFound",
        Correlation)]
    [InlineData($$"""{"code":"BadRequest","message":"canary","correlationId":"{{Correlation}}"}""", "BadRequest", Correlation)]
    [InlineData($$"""{"statusCode":400,"message":"canary","correlationId":"{{Correlation}}"}""", null, Correlation)]
    [InlineData("""{"Message":"canary"}""", null, null)]
    [InlineData(
        """{"error":"invalid_request","error_description":"canary","correlation_id":"a1b2c3d4-0000-4000-8000-000000000001"}""",
        "invalid_request",
        Correlation)]
    [InlineData("canary", null, null)]
    [InlineData("<html><body>canary</body></html>", null, null)]
    [InlineData("", null, null)]
    [InlineData("null", null, null)]
    [InlineData("[\"canary\"]", null, null)]
    [InlineData("""{"error":["canary"]}""", null, null)]
    [InlineData("""{"error":{"code":{"canary":1}}}""", null, null)]
    [InlineData("""{"error":"canary with spaces"}""", null, null)]
    [InlineData("""{"error":"x\r\ncanary"}""", null, null)]
    [InlineData("""{"error":"x\ud800canary"}""", null, null)]
    [InlineData("""{"error":"canarycanarycanarycanarycanarycanarycanarycanarycanarycanarycanarycanary"}""", null, null)]
    [InlineData("""{"correlationId":"canary","access_token":"canary"}""", null, null)]
    public async Task Codes_are_kept_and_text_never_shown_on_any_host(string body, string? code, string? correlation)
    {
        foreach (var machine in new[] { new Machine(), Machine.AppService(), Machine.AppServiceOf2017() })
        {
            var result = await machine.Answers(HttpStatusCode.BadRequest, body).AcquireAsync();

            Assert.Equal(TokenVerdict.Failed, result.Verdict);
            Assert.Equal(TokenErrorKind.Refused, result.Error!.Kind);
            Assert.Equal(400, result.Error.StatusCode);
            Assert.Equal(code, result.Error.OAuthError);
            Assert.Equal(correlation, result.Error.CorrelationId);
            Assert.Equal(Machine.Scope, result.Error.Scope);
            Assert.False(result.Error.IsTransient);
            Assert.Contains("HTTP 400", result.Error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(
                "canary", new TokenAcquisitionException(result.Error, result.Attempts).ToString(), StringComparison.Ordinal);
            Assert.Single(machine.Server.Requests);
        }
    }

    [Theory]
    [InlineData("""{"error":"invalid_resource","error_description":"AADSTS500011: canary"}""", "invalid_resource")]
    [InlineData("""{"error":{"code":"ManagedIdentityNotFound","message":"canary"}}""", "ManagedIdentityNotFound")]
    [InlineData("""{"code":"BadRequest","message":"canary"}""", "BadRequest")]
    [InlineData("""{"error":"canary with spaces"}""", null)]
    public async Task An_error_with_a_status_of_success_is_a_refusal(string body, string? code)
    {
        foreach (var machine in new[] { new Machine(), Machine.AppService(), Machine.AppServiceOf2017() })
        {
            var result = await machine.Answers(HttpStatusCode.OK, body).AcquireAsync();

            Assert.Equal((TokenVerdict.Failed, TokenErrorKind.Refused), (result.Verdict, result.Error!.Kind));
            Assert.Equal((code, 200), (result.Error.OAuthError, result.Error.StatusCode));
            Assert.DoesNotContain("canary", result.Error.Message, StringComparison.Ordinal);
            Assert.Single(machine.Server.Requests);
        }
    }

    [Theory]
    [InlineData("""{"error":null}""")]
    [InlineData("""{"error":""}""")]
    [InlineData("""{"hello":"world"}""")]
    public async Task Success_without_token_and_error_is_no_refusal(string body) =>
        Assert.Equal(TokenErrorKind.InvalidResponse, (await new Machine().Answers(HttpStatusCode.OK, body).AcquireAsync()).Error!.Kind);

    [Fact]
    public void Entra_codes_that_a_host_passes_on_are_kept()
    {
        var said = Read(Encoding.UTF8.GetBytes(
            """
            {"error":"invalid_resource",
             "error_description":"AADSTS500011: The resource principal was not found. AADSTS500011 AADSTS50001 AADSTS99999999999999999999"}
            """));

        Assert.Equal([500011, 50001], said.EntraErrorCodes);
    }

    [Fact]
    public void Bytes_that_are_no_text_are_an_error_without_a_code()
    {
        Assert.Null(Read([0xFF, 0x00, 0xC3]).Code);
        Assert.Null(Read([.. "{\"error\":\""u8, 0xC3, 0x28, .. "\"}"u8]).Code);
    }

    [Fact]
    public async Task A_refusal_larger_than_any_is_still_a_refusal()
    {
        var machine = new Machine();

        var result = await machine.Answers(HttpStatusCode.BadRequest, new string('x', 200_000)).AcquireAsync();

        Assert.Equal(TokenErrorKind.Refused, result.Error!.Kind);
        Assert.Equal(400, result.Error.StatusCode);
    }

    [Fact]
    public async Task A_token_larger_than_any_is_not_read()
    {
        var machine = new Machine();

        var result = await machine.Answers(HttpStatusCode.OK, machine.Token(new string('x', 2_000_000))).AcquireAsync();

        Assert.Equal(TokenErrorKind.InvalidResponse, result.Error!.Kind);
        Assert.Single(machine.Server.Requests);
    }

    [Theory]
    [InlineData(HttpStatusCode.Found)]
    [InlineData(HttpStatusCode.TemporaryRedirect)]
    public async Task A_redirect_is_not_followed(HttpStatusCode status)
    {
        foreach (var machine in new[] { new Machine(), Machine.AppService() })
        {
            var result = await machine.Answers(status, headers: ("Location", "http://evil.example/")).AcquireAsync();

            Assert.Equal(TokenVerdict.Failed, result.Verdict);
            Assert.Equal(TokenErrorKind.InvalidResponse, result.Error!.Kind);
            Assert.Single(machine.Server.Requests);
        }
    }

    private static HostErrorResponse Read(byte[] body) => HostErrorResponse.Read(TokenAnswer.Read(body), body);
}

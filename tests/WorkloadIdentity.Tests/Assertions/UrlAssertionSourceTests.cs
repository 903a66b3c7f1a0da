using System.Net;

namespace WorkloadIdentity.Tests;

public sealed class UrlAssertionSourceTests
{
    private static readonly Uri Address = new("https://issuer.example/token?a=%2F&format=x");

    private readonly AssertionBench _bench = new();

    [Fact]
    public async Task It_asks_with_headers_and_reads_a_field()
    {
        var headers = new Dictionary<string, string> { ["Metadata"] = "true" };
        var source = AssertionSource.FromUrl(
            Address,
            audienceParameter: "aud",
            jsonField: "id_token",
            headers,
            headersFromVariables: new Dictionary<string, string> { ["Authorization"] = "ISSUER_KEY" },
            _bench.Client);
        headers["Metadata"] = "changed afterwards";

        var result =
            await _bench.With(("ISSUER_KEY", "Token canary")).Answers(HttpStatusCode.OK, $$"""{"id_token":"{{AssertionBench.Jwt}}"}""")
                .AskAsync(source);

        Assert.Equal(AssertionBench.Jwt, result.Assertion);
        var request = Assert.Single(_bench.Server.Requests);
        Assert.Equal("https://issuer.example/token?a=%2F&format=x&aud=api%3A%2F%2FAzureADTokenExchange", request.Uri.AbsoluteUri);
        Assert.Equal(("true", "Token canary"), (request.Headers["Metadata"], request.Headers["Authorization"]));
    }

    [Fact]
    public async Task Without_options_the_answers_text_is_the_assertion_and_the_address_stays()
    {
        var result =
            await _bench.Answers(HttpStatusCode.OK, $"\n{AssertionBench.Jwt}\n", "text/plain")
                .AskAsync(AssertionSource.FromUrl(Address, httpClient: _bench.Client));

        Assert.Equal(AssertionBench.Jwt, result.Assertion);
        Assert.Equal(Address, Assert.Single(_bench.Server.Requests).Uri);
    }

    [Theory]
    [InlineData(null, TokenVerdict.Unavailable, TokenErrorKind.NotConfigured, "ISSUER_KEY is not set")]
    [InlineData("canary\r\nX-Other: y", TokenVerdict.Failed, TokenErrorKind.InvalidConfiguration, "ISSUER_KEY holds a control character")]
    public async Task A_variable_that_cannot_be_a_header_is_named_and_nothing_is_sent(
        string? value, TokenVerdict verdict, TokenErrorKind kind, string says)
    {
        var source =
            AssertionSource.FromUrl(
                Address,
                headersFromVariables: new Dictionary<string, string> { ["Authorization"] = "ISSUER_KEY" },
                httpClient: _bench.Client);

        AssertionBench.Fails(await _bench.With(("ISSUER_KEY", value)).AskAsync(source), kind, says, verdict);
        Assert.Empty(_bench.Server.Requests);
    }

    [Theory]
    [InlineData("http://issuer.example/")]
    [InlineData("http://localhost/")]
    [InlineData("ftp://issuer.example/")]
    [InlineData("https://user:canary@issuer.example/")]
    [InlineData("https://issuer.example/#x")]
    [InlineData("/relative")]
    public void An_address_that_would_give_a_credential_away_is_refused_at_construction(string address) =>
        Assert.DoesNotContain(
            "canary",
            Assert.Throws<ArgumentException>(() => AssertionSource.FromUrl(new Uri(address, UriKind.RelativeOrAbsolute))).Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData("Bad Name", "x")]
    [InlineData("X", "canary\n")]
    [InlineData("Content-Type", "text/plain")]
    [InlineData("", "x")]
    public void A_header_that_cannot_be_sent_is_refused_at_construction(string name, string value) =>
        Assert.DoesNotContain(
            "canary",
            Assert.Throws<ArgumentException>(
                "headers", () => AssertionSource.FromUrl(Address, headers: new Dictionary<string, string> { [name] = value })).Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData("Bad Name", "VARIABLE")]
    [InlineData("Authorization", "")]
    public void A_header_from_a_variable_that_cannot_be_sent_is_refused_at_construction(string name, string variable) =>
        Assert.Throws<ArgumentException>(
            "headersFromVariables",
            () => AssertionSource.FromUrl(Address, headersFromVariables: new Dictionary<string, string> { [name] = variable }));

    [Theory]
    [InlineData(500, "canary", TokenErrorKind.Refused, "HTTP 500")]
    [InlineData(307, "canary", TokenErrorKind.InvalidResponse, "redirect")]
    [InlineData(200, "canary canary", TokenErrorKind.InvalidResponse, "holds a space")]
    public async Task What_is_no_assertion_fails_without_a_word_of_it(int status, string body, TokenErrorKind kind, string says) =>
        AssertionBench.Fails(
            await _bench.Answers((HttpStatusCode)status, body)
                .AskAsync(AssertionSource.FromUrl(Address, httpClient: _bench.Client)),
            kind,
            says);
}

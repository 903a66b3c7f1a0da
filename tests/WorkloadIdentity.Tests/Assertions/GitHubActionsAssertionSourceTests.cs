using System.Net;

namespace WorkloadIdentity.Tests;

public sealed class GitHubActionsAssertionSourceTests
{
    private const string Address = "https://pipelines.actions.example/_apis/token?api-version=2.0&audience=theirs";

    private readonly AssertionBench _job =
        new AssertionBench().With(("ACTIONS_ID_TOKEN_REQUEST_URL", Address), ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "canary-token"));

    private AssertionSource Source => AssertionSource.GitHubActions(_job.Client);

    [Fact]
    public async Task The_address_keeps_its_query_and_gets_the_audience()
    {
        var result = await _job.Answers(HttpStatusCode.OK, $$"""{"count":1,"value":"{{AssertionBench.Jwt}}"}""").AskAsync(Source);

        Assert.Equal(AssertionBench.Jwt, result.Assertion);
        var request = Assert.Single(_job.Server.Requests);
        Assert.Equal(HttpMethod.Get, request.Method);
        Assert.Equal(
            "https://pipelines.actions.example/_apis/token?api-version=2.0&audience=api%3A%2F%2FAzureADTokenExchange",
            request.Uri.AbsoluteUri);
        Assert.Equal("Bearer canary-token", request.Headers["Authorization"]);
        Assert.Equal("application/json; api-version=2.0", request.Headers["Accept"]);
    }

    [Fact]
    public async Task Each_use_asks_anew_with_the_variables_of_that_moment()
    {
        var source = Source;
        await _job.Answers(HttpStatusCode.OK, $$"""{"value":"{{AssertionBench.Jwt}}"}""").AskAsync(source);
        _job.With(("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "second"));
        await _job.Answers(HttpStatusCode.OK, $$"""{"value":"{{AssertionBench.Jwt}}"}""")
            .AskAsync(source, audience: "api://AzureADTokenExchangeUSGov");

        Assert.Equal(["Bearer canary-token", "Bearer second"], _job.Server.Requests.Select(request => request.Headers["Authorization"]));
        Assert.Equal("api://AzureADTokenExchangeUSGov", _job.Server.Requests[1].Query["audience"]);
    }

    [Theory]
    [InlineData(null, "this is not a GitHub Actions job")]
    [InlineData("true", "permissions: id-token: write")]
    public async Task Without_its_variables_it_is_not_here_and_says_what_a_job_lacks(string? isJob, string says)
    {
        _job.With(("ACTIONS_ID_TOKEN_REQUEST_URL", null), ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", null), ("GITHUB_ACTIONS", isJob));

        AssertionBench.Fails(await _job.AskAsync(Source), TokenErrorKind.NotConfigured, says, TokenVerdict.Unavailable);
    }

    [Theory]
    [InlineData("ACTIONS_ID_TOKEN_REQUEST_URL", null, "Only one of")]
    [InlineData("ACTIONS_ID_TOKEN_REQUEST_TOKEN", null, "Only one of")]
    [InlineData("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "canary\r\nX: y", "a line break")]
    [InlineData("ACTIONS_ID_TOKEN_REQUEST_URL", "canary", "not an absolute https URL")]
    [InlineData("ACTIONS_ID_TOKEN_REQUEST_URL", "/canary", "not an absolute https URL")]
    [InlineData("ACTIONS_ID_TOKEN_REQUEST_URL", "http://canary.example/", "is plain http, which would send a secret unencrypted")]
    [InlineData("ACTIONS_ID_TOKEN_REQUEST_URL", "http://localhost/canary", "is plain http, which would send a secret unencrypted")]
    [InlineData("ACTIONS_ID_TOKEN_REQUEST_URL", "https://github.com@canary.example/", "before an '@'")]
    [InlineData("ACTIONS_ID_TOKEN_REQUEST_URL", "https://canary.example/#x", "a fragment")]
    [InlineData("ACTIONS_ID_TOKEN_REQUEST_URL", "https://canary.example/ x", "white space")]
    public async Task Half_or_hostile_variables_fail_and_nothing_is_asked(string variable, string? value, string says)
    {
        AssertionBench.Fails(await _job.With((variable, value)).AskAsync(Source), TokenErrorKind.InvalidConfiguration, says);
        Assert.Empty(_job.Server.Requests);
    }

    [Fact]
    public async Task Plain_http_goes_to_a_literal_loopback_address()
    {
        await _job.With(("ACTIONS_ID_TOKEN_REQUEST_URL", "http://127.0.0.1:5000/x"))
            .Answers(HttpStatusCode.OK, $$"""{"value":"{{AssertionBench.Jwt}}"}""").AskAsync(Source);

        Assert.Equal(
            "http://127.0.0.1:5000/x?audience=api%3A%2F%2FAzureADTokenExchange", Assert.Single(_job.Server.Requests).Uri.AbsoluteUri);
    }

    [Theory]
    [InlineData(401, "canary", TokenErrorKind.Refused, "HTTP 401", false)]
    [InlineData(403, """{"message":"canary"}""", TokenErrorKind.Refused, "HTTP 403", false)]
    [InlineData(429, "canary", TokenErrorKind.Throttled, "HTTP 429", true)]
    [InlineData(503, "canary", TokenErrorKind.Refused, "HTTP 503", true)]
    [InlineData(302, "canary", TokenErrorKind.InvalidResponse, "redirect", false)]
    [InlineData(200, "<html>canary</html>", TokenErrorKind.InvalidResponse, "did not return one readable JSON object", false)]
    [InlineData(200, """{"token":"canary"}""", TokenErrorKind.InvalidResponse, "without a string named 'value'", false)]
    [InlineData(200, """{"value":["canary"]}""", TokenErrorKind.InvalidResponse, "without a string named 'value'", false)]
    [InlineData(200, """{"value":"canary canary"}""", TokenErrorKind.InvalidResponse, "holds a space", false)]
    [InlineData(200, """{"value":"a","value":"canary"}""", TokenErrorKind.InvalidResponse, "one readable JSON object", false)]
    [InlineData(200, """{"value":""}""", TokenErrorKind.InvalidResponse, "is empty", false)]
    public async Task What_is_no_token_fails_without_a_word_of_it(
        int status, string body, TokenErrorKind kind, string says, bool isTransient)
    {
        var error = AssertionBench.Fails(await _job.Answers((HttpStatusCode)status, body).AskAsync(Source), kind, says);

        Assert.Contains("id-token: write", error.Message, StringComparison.Ordinal);
        Assert.Equal(isTransient, error.IsTransient);
        Assert.Equal(
            kind == TokenErrorKind.InvalidResponse && status == 302 ? "wid explain redirect" : "wid explain github-actions", error.Help);
    }

    [Fact]
    public async Task A_server_that_hangs_is_given_up_within_the_limit()
    {
        _job.Server.Hang(_job.Clock);

        AssertionBench.Fails(
            await _job.AskAsync(
                AssertionSource.GitHubActions(_job.Client, TimeSpan.FromSeconds(3))),
            TokenErrorKind.TimedOut,
            "within 3 s");
    }

    [Fact]
    public async Task Where_no_audience_is_known_none_is_guessed()
    {
        var error = (await Assert.ThrowsAsync<TokenAcquisitionException>(() => _job.AskAsync(Source, audience: null))).Error;

        Assert.Equal("wid explain assertion-audience", error.Help);
        Assert.Empty(_job.Server.Requests);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(301)]
    public void A_time_limit_out_of_range_is_refused_at_construction(int seconds) =>
        Assert.Throws<ArgumentException>("timeLimit", () => AssertionSource.GitHubActions(timeLimit: TimeSpan.FromSeconds(seconds)));
}

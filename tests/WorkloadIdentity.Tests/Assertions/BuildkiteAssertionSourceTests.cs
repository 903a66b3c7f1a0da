using System.Net;
using System.Text.Json;

namespace WorkloadIdentity.Tests;

/// <summary>The request is that of Buildkite's own agent (buildkite/agent, api/oidc.go).</summary>
public sealed class BuildkiteAssertionSourceTests
{
    private const string Job = "0190046e-e199-453b-a302-a21a4d649d31";

    private readonly AssertionBench _job =
        new AssertionBench().With(("BUILDKITE_JOB_ID", Job), ("BUILDKITE_AGENT_ACCESS_TOKEN", "canary-token"));

    [Theory]
    [InlineData(null, "https://agent.buildkite.com/v3")]
    [InlineData("https://agent.example/v3/", "https://agent.example/v3")]
    [InlineData("http://127.0.0.1:5000", "http://127.0.0.1:5000")]
    public async Task The_job_asks_the_agents_API_with_audience_and_subject_claim(string? address, string expected)
    {
        Answers();

        var result = await _job.With(("BUILDKITE_AGENT_ENDPOINT", address)).AskAsync(AssertionSource.Buildkite(httpClient: _job.Client));

        Assert.Equal(AssertionBench.Jwt, result.Assertion);
        var request = Assert.Single(_job.Server.Requests);
        Assert.Equal((HttpMethod.Post, $"{expected}/jobs/{Job}/oidc/tokens"), (request.Method, request.Uri.AbsoluteUri));
        Assert.Equal("Token canary-token", request.Headers["Authorization"]);
        Assert.StartsWith("application/json", request.Headers["Content-Type"], StringComparison.Ordinal);
        Assert.Equal("""{"audience":"api://AzureADTokenExchange","subject_claim":"pipeline_id"}""", request.Body);
    }

    [Fact]
    public async Task Without_a_subject_claim_the_subject_is_Buildkites_own()
    {
        Answers();

        await _job.AskAsync(AssertionSource.Buildkite(subjectClaim: null, _job.Client));

        using var body = JsonDocument.Parse(Assert.Single(_job.Server.Requests).Body);
        Assert.False(body.RootElement.TryGetProperty("subject_claim", out _));
    }

    [Fact]
    public async Task Without_its_variables_it_is_not_here() => AssertionBench.Fails(
        await _job.With(("BUILDKITE_JOB_ID", null), ("BUILDKITE_AGENT_ACCESS_TOKEN", null)).AskAsync(AssertionSource.Buildkite()),
        TokenErrorKind.NotConfigured,
        "this is not a Buildkite job",
        TokenVerdict.Unavailable);

    [Theory]
    [InlineData("BUILDKITE_JOB_ID", null, "Only one of")]
    [InlineData("BUILDKITE_AGENT_ACCESS_TOKEN", null, "Only one of")]
    [InlineData("BUILDKITE_JOB_ID", "../../canary", "is not a GUID")]
    [InlineData("BUILDKITE_AGENT_ACCESS_TOKEN", "canary\r\nX: y", "a line break")]
    [InlineData("BUILDKITE_AGENT_ENDPOINT", "http://canary.example/v3", "plain http")]
    [InlineData("BUILDKITE_AGENT_ENDPOINT", "https://agent.buildkite.com@canary.example/", "before an '@'")]
    public async Task Half_or_hostile_variables_fail_and_nothing_is_asked(string variable, string? value, string says)
    {
        AssertionBench.Fails(
            await _job.With((variable, value)).AskAsync(AssertionSource.Buildkite(httpClient: _job.Client)),
            TokenErrorKind.InvalidConfiguration,
            says);
        Assert.Empty(_job.Server.Requests);
    }

    [Theory]
    [InlineData(401, TokenErrorKind.Refused, false)]
    [InlineData(422, TokenErrorKind.Refused, false)]
    [InlineData(429, TokenErrorKind.Throttled, true)]
    [InlineData(503, TokenErrorKind.Refused, true)]
    public async Task A_refusal_is_told_by_its_status(int status, TokenErrorKind kind, bool isTransient)
    {
        _job.Answers((HttpStatusCode)status, """{"message":"canary"}""");

        var error = AssertionBench.Fails(
            await _job.AskAsync(AssertionSource.Buildkite(httpClient: _job.Client)), kind, "BUILDKITE_AGENT_ACCESS_TOKEN");

        Assert.Equal(isTransient, error.IsTransient);
    }

    [Theory]
    [InlineData("")]
    [InlineData("pipeline\nid")]
    public void A_subject_claim_that_is_no_name_throws(string claim) =>
        Assert.Throws<ArgumentException>(() => AssertionSource.Buildkite(claim));

    private void Answers() => _job.Answers(HttpStatusCode.OK, $$"""{"token":"{{AssertionBench.Jwt}}"}""");
}

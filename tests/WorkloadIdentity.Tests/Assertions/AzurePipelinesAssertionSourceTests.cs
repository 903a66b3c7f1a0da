using System.Net;

namespace WorkloadIdentity.Tests;

public sealed class AzurePipelinesAssertionSourceTests
{
    private const string Address = "https://dev.azure.com/contoso/1/_apis/distributedtask/hubs/build/plans/2/jobs/3/oidctoken";
    private const string Connection = "11112222-bbbb-3333-cccc-4444dddd5555";
    private const string Answer = $$"""{"oidcToken":"{{AssertionBench.Jwt}}"}""";

    private readonly AssertionBench _job =
        new AssertionBench().With(("SYSTEM_OIDCREQUESTURI", Address), ("SYSTEM_ACCESSTOKEN", "canary-token"));

    [Theory]
    [InlineData(Connection, null, $"{Address}?api-version=7.1&serviceConnectionId={Connection}")]
    [InlineData(null, Connection, $"{Address}?api-version=7.1&serviceConnectionId={Connection}")]
    [InlineData(Connection, "99990000-bbbb-3333-cccc-4444dddd5555", $"{Address}?api-version=7.1&serviceConnectionId={Connection}")]
    [InlineData(null, null, $"{Address}?api-version=7.1")]
    public async Task It_posts_nothing_and_says_so(string? stated, string? variable, string expected)
    {
        _job.With(("AZURESUBSCRIPTION_SERVICE_CONNECTION_ID", variable));

        var result = await _job.Answers(HttpStatusCode.OK, Answer).AskAsync(AssertionSource.AzurePipelines(stated, _job.Client));

        Assert.Equal(AssertionBench.Jwt, result.Assertion);
        var request = Assert.Single(_job.Server.Requests);
        Assert.Equal((HttpMethod.Post, expected, ""), (request.Method, request.Uri.AbsoluteUri, request.Body));
        Assert.Equal("Bearer canary-token", request.Headers["Authorization"]);
        Assert.Equal("application/json", request.Headers["Content-Type"]);
        Assert.Equal("application/json", request.Headers["Accept"]);
        Assert.Equal("Suppress", request.Headers["X-TFS-FedAuthRedirect"]);
    }

    [Fact]
    public async Task An_address_that_brings_its_version_keeps_it_once()
    {
        await _job.With(("SYSTEM_OIDCREQUESTURI", Address + "?api-version=7.0&x=%20")).Answers(HttpStatusCode.OK, Answer)
            .AskAsync(AssertionSource.AzurePipelines(httpClient: _job.Client));

        Assert.Equal($"{Address}?x=%20&api-version=7.1", Assert.Single(_job.Server.Requests).Uri.AbsoluteUri);
    }

    [Fact]
    public async Task Elsewhere_it_is_not_here()
    {
        _job.With(("SYSTEM_OIDCREQUESTURI", null), ("SYSTEM_ACCESSTOKEN", null));

        AssertionBench.Fails(
            await _job.AskAsync(AssertionSource.AzurePipelines()),
            TokenErrorKind.NotConfigured,
            "not an Azure Pipelines job",
            TokenVerdict.Unavailable);
    }

    [Theory]
    [InlineData("SYSTEM_ACCESSTOKEN", null, "env: { SYSTEM_ACCESSTOKEN: $(System.AccessToken) }")]
    [InlineData("SYSTEM_ACCESSTOKEN", "canary\n", "a line break")]
    [InlineData("SYSTEM_OIDCREQUESTURI", null, "SYSTEM_OIDCREQUESTURI is not")]
    [InlineData("SYSTEM_OIDCREQUESTURI", "http://canary.example", "plain http")]
    [InlineData("AZURESUBSCRIPTION_SERVICE_CONNECTION_ID", "canary&x=y", "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID is not a GUID")]
    public async Task Half_or_hostile_variables_fail_and_nothing_is_asked(string variable, string? value, string says)
    {
        AssertionBench.Fails(
            await _job.With((variable, value)).AskAsync(AssertionSource.AzurePipelines(httpClient: _job.Client)),
            TokenErrorKind.InvalidConfiguration,
            says);
        Assert.Empty(_job.Server.Requests);
    }

    [Theory]
    [InlineData(302, "canary", TokenErrorKind.InvalidResponse, "redirect")]
    [InlineData(203, "<html>canary sign in</html>", TokenErrorKind.InvalidResponse, "did not return one readable JSON object")]
    [InlineData(200, """{"count":1}""", TokenErrorKind.InvalidResponse, "without a string named 'oidcToken'")]
    [InlineData(401, "canary", TokenErrorKind.Refused, "HTTP 401")]
    [InlineData(404, "canary", TokenErrorKind.Refused, "HTTP 404")]
    public async Task A_sign_in_page_is_an_error_that_says_what_to_set(int status, string body, TokenErrorKind kind, string says)
    {
        var error =
            AssertionBench.Fails(
                await _job.Answers((HttpStatusCode)status, body).AskAsync(AssertionSource.AzurePipelines(Connection, _job.Client)),
                kind,
                says);

        Assert.Contains("service connection", error.Message, StringComparison.Ordinal);
        Assert.False(error.IsTransient);
    }

    [Fact]
    public void A_connections_name_is_not_its_id() =>
        Assert.Contains(
            "resourceId",
            Assert.Throws<ArgumentException>(() => AssertionSource.AzurePipelines("production")).Message,
            StringComparison.Ordinal);
}

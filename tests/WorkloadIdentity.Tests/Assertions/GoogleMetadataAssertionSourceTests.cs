using System.Net;

namespace WorkloadIdentity.Tests;

public sealed class GoogleMetadataAssertionSourceTests
{
    private static readonly (string, string) Flavor = ("Metadata-Flavor", "Google");

    private readonly AssertionBench _machine = new();

    private AssertionSource Source => AssertionSource.GoogleMetadata(_machine.Client);

    [Fact]
    public async Task It_asks_for_the_audience_in_full()
    {
        var result = await _machine.Answers(HttpStatusCode.OK, AssertionBench.Jwt + "\n", "text/html", Flavor).AskAsync(Source);

        Assert.Equal(AssertionBench.Jwt, result.Assertion);
        var request = Assert.Single(_machine.Server.Requests);
        Assert.Equal(HttpMethod.Get, request.Method);
        Assert.Equal(
            "http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/identity"
                + "?audience=api%3A%2F%2FAzureADTokenExchange&format=full",
            request.Uri.AbsoluteUri);
        Assert.Equal("Google", request.Headers["Metadata-Flavor"]);
    }

    [Theory]
    [InlineData("169.254.169.254", "http://169.254.169.254/")]
    [InlineData("127.0.0.1:8080", "http://127.0.0.1:8080/")]
    [InlineData("[fd20:ce::254]", "http://[fd20:ce::254]/")]
    [InlineData("metadata.google.internal:80", "http://metadata.google.internal/")]
    public async Task A_variable_may_move_it_within_reach(string host, string server)
    {
        await _machine.With(("GCE_METADATA_HOST", host)).Answers(HttpStatusCode.OK, AssertionBench.Jwt, "text/plain", Flavor)
            .AskAsync(Source);

        Assert.StartsWith(server, Assert.Single(_machine.Server.Requests).Uri.AbsoluteUri, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("metadata.google.internal.canary.example")]
    [InlineData("canary.example")]
    [InlineData("localhost")]
    [InlineData("8.8.8.8")]
    [InlineData("127.0.0.1/canary")]
    [InlineData("127.0.0.1#canary")]
    [InlineData("canary@127.0.0.1")]
    [InlineData("127.0.0.1:99999")]
    [InlineData("http://127.0.0.1")]
    [InlineData("127.0.0.1\r\nX: canary")]
    public async Task A_variable_moves_it_to_nobody_else(string host)
    {
        AssertionBench.Fails(
            await _machine.With(("GCE_METADATA_HOST", host)).AskAsync(Source), TokenErrorKind.InvalidConfiguration, "GCE_METADATA_HOST");
        Assert.Empty(_machine.Server.Requests);
    }

    [Fact]
    public async Task A_response_without_googles_header_is_refused() =>
        AssertionBench.Fails(
            await _machine.Answers(HttpStatusCode.OK, AssertionBench.Jwt).AskAsync(Source),
            TokenErrorKind.InvalidResponse,
            "Metadata-Flavor: Google");

    [Theory]
    [InlineData(404, false)]
    [InlineData(503, true)]
    public async Task A_refusal_says_what_to_check(int status, bool isTransient)
    {
        var error =
            AssertionBench.Fails(
                await _machine.Answers((HttpStatusCode)status, "canary", "text/html", Flavor).AskAsync(Source),
                TokenErrorKind.Refused,
                "service account");

        Assert.Equal(isTransient, error.IsTransient);
    }

    [Fact]
    public async Task In_a_chain_a_machine_without_it_is_known_within_a_second()
    {
        _machine.Server.Hang(_machine.Clock);
        var started = _machine.Clock.Now;

        AssertionBench.Fails(
            await _machine.AskAsync(Source, inChain: true),
            TokenErrorKind.TimedOut,
            "Google's metadata server was not found",
            TokenVerdict.Unavailable);
        Assert.InRange(_machine.Clock.Now - started, TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(1.2));
    }

    [Fact]
    public async Task In_a_chain_whatever_answers_without_googles_header_is_not_here()
    {
        AssertionBench.Fails(
            await _machine.Answers(HttpStatusCode.OK, "canary").AskAsync(Source, inChain: true),
            TokenErrorKind.NotConfigured,
            "not Google's metadata server",
            TokenVerdict.Unavailable);

        _machine.Server.Refuse();
        AssertionBench.Fails(
            await _machine.AskAsync(Source, inChain: true),
            TokenErrorKind.Unreachable,
            "Google's metadata server was not found",
            TokenVerdict.Unavailable);
    }

    [Fact]
    public async Task In_a_chain_it_is_asked_once_it_has_shown_itself()
    {
        var result =
            await _machine.Answers(HttpStatusCode.OK, "computeMetadata/", "text/plain", Flavor)
                .Answers(HttpStatusCode.OK, AssertionBench.Jwt, "text/plain", Flavor).AskAsync(Source, inChain: true);

        Assert.Equal(AssertionBench.Jwt, result.Assertion);
        Assert.Equal("http://metadata.google.internal/", _machine.Server.Requests[0].Uri.AbsoluteUri);
    }

    [Fact]
    public async Task On_its_own_a_server_that_is_away_is_a_failure()
    {
        _machine.Server.Refuse();

        AssertionBench.Fails(await _machine.AskAsync(Source), TokenErrorKind.Unreachable, "could not be reached");
    }
}

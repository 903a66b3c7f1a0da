using Google.Protobuf;
using Grpc.Core;
using WorkloadIdentity.Spiffe;
using WorkloadIdentity.Spiffe.Protocol;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Tests;

/// <summary>The source against a gRPC server that serves the Workload API as strictly as the standard says.</summary>
public sealed class SpiffeAssertionSourceTests(EmulatorFixture fixture) : IClassFixture<EmulatorFixture>, IAsyncLifetime
{
    private const string Orders = "spiffe://example.org/orders";
    private const string Billing = "spiffe://example.org/billing";

    private readonly EntraEmulator _entra = fixture.Fresh();
    private readonly AssertionBench _bench = new();
    private EmulatedIssuer _issuer = null!;
    private SpiffeAgent _agent = null!;

    public async Task InitializeAsync()
    {
        _issuer = _entra.AddIssuer($"https://oidc-{Guid.NewGuid():N}.example.org");
        _agent = await SpiffeAgent.OnUnixSocketAsync();
        _bench.With(("SPIFFE_ENDPOINT_SOCKET", _agent.Address));
    }

    public async Task DisposeAsync() => await _agent.DisposeAsync();

    [Fact]
    public async Task A_token_of_Entra_comes_from_an_SVID_and_the_next_one_from_a_new_SVID()
    {
        Has(Orders);
        var application = _entra.AddApplication();
        application.AddFederatedCredential(_issuer, Orders);
        using var acquirer = new TokenAcquirer(
            new ApplicationCredential(
                _entra.Tenant.Id,
                application.ClientId,
                new FederatedAuthentication(AssertionSource.Spiffe(), EmulatedIssuer.ExchangeAudience),
                new ApplicationCredentialOptions
                {
                    AuthorityHost = _entra.AuthorityHost,
                    TimeProvider = fixture.Clock,
                    Environment = WorkloadEnvironment.FromValues(_bench.Variables),
                }),
            new TokenAcquirerOptions { TimeProvider = fixture.Clock });

        var first = await acquirer.GetTokenAsync(new TokenRequest(_entra.Api.Scope));
        _issuer.RollKey(withdrawOld: true);
        var second = await acquirer.RenewTokenAsync(new TokenRequest(_entra.Api.Scope), first);

        Assert.NotEqual(first.Value, second.Value);
        Assert.Equal([(EmulatedIssuer.ExchangeAudience, ""), (EmulatedIssuer.ExchangeAudience, "")], _agent.Calls);
    }

    [Fact]
    public void The_message_on_the_wire_is_that_of_the_standard() => Assert.Equal(
        "0a1a6170693a2f2f417a7572654144546f6b656e45786368616e6765",
        Convert.ToHexStringLower(new JWTSVIDRequest { Audience = { "api://AzureADTokenExchange" } }.ToByteArray()));

    [Fact]
    public async Task The_agent_is_reached_over_TCP_too()
    {
        await using var agent = await SpiffeAgent.OnTcpAsync();
        agent.Identities.Enqueue(Identity(Orders));

        Assert.Equal(TokenVerdict.Issued, (await AskAsync(AssertionSource.Spiffe(endpoint: agent.Address))).Verdict);
        Assert.Empty(_agent.Calls);
    }

    [Fact]
    public async Task Without_a_wish_the_first_identity_is_used()
    {
        Has(Orders, "internal");
        Has(Billing, "external");

        Assert.Equal(Orders, Subject(await AskAsync(AssertionSource.Spiffe())));
    }

    [Fact]
    public async Task A_hint_chooses_the_first_identity_that_has_it()
    {
        Has(Orders, "internal");
        Has(Billing, "external");
        Has("spiffe://example.org/later", "external");

        Assert.Equal(Billing, Subject(await AskAsync(AssertionSource.Spiffe(hint: "external"))));
    }

    [Fact]
    public async Task A_SPIFFE_ID_is_asked_for_by_name()
    {
        Has(Orders);
        Has(Billing);

        Assert.Equal(Billing, Subject(await AskAsync(AssertionSource.Spiffe(Billing))));
        Assert.Equal(("api://AzureADTokenExchange", Billing), Assert.Single(_agent.Calls));
    }

    [Fact]
    public async Task An_identity_that_was_not_asked_for_is_not_used()
    {
        _agent.IgnoresSpiffeId = true;
        Has(Billing);

        AssertionBench.Fails(
            await AskAsync(AssertionSource.Spiffe(Orders)), TokenErrorKind.InvalidResponse, $"returned no JWT-SVID for {Orders}");
    }

    [Fact]
    public async Task A_hint_that_no_identity_has_is_told_with_those_that_exist()
    {
        Has(Orders, "internal");
        Has(Billing);

        AssertionBench.Fails(
            await AskAsync(AssertionSource.Spiffe(hint: "external")),
            TokenErrorKind.InvalidConfiguration,
            $"has the hint 'external'. The SPIFFE agent gave: {Orders} (hint 'internal'), {Billing} (no hint).");
    }

    [Theory]
    [InlineData(StatusCode.PermissionDenied, TokenErrorKind.Refused, true, "no identity for this process (gRPC PermissionDenied)")]
    [InlineData(StatusCode.Unavailable, TokenErrorKind.Unreachable, true, "cannot serve now (gRPC Unavailable)")]
    [InlineData(StatusCode.InvalidArgument, TokenErrorKind.Refused, false, "rejected the request (gRPC InvalidArgument)")]
    [InlineData(StatusCode.Unimplemented, TokenErrorKind.InvalidResponse, false, "does not have the SPIFFE Workload API")]
    [InlineData(StatusCode.Internal, TokenErrorKind.InvalidResponse, true, "gRPC Internal")]
    [InlineData(StatusCode.DataLoss, TokenErrorKind.InvalidResponse, true, "gRPC DataLoss")]
    public async Task The_status_of_the_agent_decides_and_its_words_are_not_printed(
        StatusCode code, TokenErrorKind kind, bool isTransient, string says)
    {
        Has(Orders);
        _agent.Fails = code;

        var error = AssertionBench.Fails(await AskAsync(AssertionSource.Spiffe()), kind, says);

        Assert.Equal((isTransient, "spiffe"), (error.IsTransient, error.HelpAnchor));
    }

    [Fact]
    public async Task A_process_without_a_registration_entry_is_denied()
    {
        AssertionBench.Fails(await AskAsync(AssertionSource.Spiffe()), TokenErrorKind.Refused, "Create a registration entry");
        Has(Orders);
        AssertionBench.Fails(await AskAsync(AssertionSource.Spiffe(Billing)), TokenErrorKind.Refused, $"has no identity {Billing}");
    }

    [Fact]
    public async Task After_a_restart_of_the_agent_the_same_source_works()
    {
        Has(Orders);
        var source = AssertionSource.Spiffe();
        Assert.Equal(TokenVerdict.Issued, (await AskAsync(source)).Verdict);

        await _agent.StopAsync();
        var error = AssertionBench.Fails(await AskAsync(source), TokenErrorKind.Unreachable, "No SPIFFE agent answers at unix:///");
        Assert.True(error.IsTransient);

        await _agent.StartAsync();
        Assert.Equal(TokenVerdict.Issued, (await AskAsync(source)).Verdict);
    }

    [Fact]
    public async Task An_agent_that_moved_is_found_by_the_variable_of_that_moment()
    {
        Has(Orders);
        var source = AssertionSource.Spiffe();
        await AskAsync(source);
        await using var next = await SpiffeAgent.OnUnixSocketAsync();
        next.Identities.Enqueue(Identity(Orders));

        _bench.With(("SPIFFE_ENDPOINT_SOCKET", next.Address));
        await AskAsync(source);

        Assert.Single(next.Calls);
    }

    [Fact]
    public async Task A_silent_agent_is_given_up_after_the_time_limit()
    {
        Has(Orders);
        var silence = new TaskCompletionSource();
        _agent.Holds = silence.Task;

        var asking = AssertionSource.Spiffe(timeLimit: TimeSpan.FromSeconds(3)).GetAssertionAsync(_bench.Request(), CancellationToken.None)
            .AsTask();
        await Patience.UntilAsync(() => !_agent.Calls.IsEmpty);
        _bench.Clock.Advance(TimeSpan.FromSeconds(3));

        AssertionBench.Fails(await asking, TokenErrorKind.TimedOut, "did not answer within 3 s");
        silence.SetResult();
    }

    [Fact]
    public async Task The_callers_cancellation_ends_the_call_at_once()
    {
        _agent.Holds = new TaskCompletionSource().Task;
        using var caller = new CancellationTokenSource();
        var asking = AssertionSource.Spiffe().GetAssertionAsync(_bench.Request(), caller.Token).AsTask();
        await Patience.UntilAsync(() => !_agent.Calls.IsEmpty);

        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
    }

    [Fact]
    public async Task Without_the_variable_it_is_not_here() => AssertionBench.Fails(
        await AskAsync(AssertionSource.Spiffe(), ("SPIFFE_ENDPOINT_SOCKET", null)),
        TokenErrorKind.NotConfigured,
        "SPIFFE_ENDPOINT_SOCKET is not set",
        TokenVerdict.Unavailable);

    [Fact]
    public async Task A_variable_that_is_not_an_address_fails() => AssertionBench.Fails(
        await AskAsync(AssertionSource.Spiffe(), ("SPIFFE_ENDPOINT_SOCKET", "http://canary.example/")),
        TokenErrorKind.InvalidConfiguration,
        "The address in SPIFFE_ENDPOINT_SOCKET has neither the scheme unix nor the scheme tcp.");

    [Fact]
    public async Task A_server_that_does_not_speak_gRPC_fails()
    {
        using var server = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        server.Start();
        var answering = Task.Run(async () =>
        {
            using var client = await server.AcceptTcpClientAsync();
            await client.GetStream().WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\ncanary"u8.ToArray());
            await client.GetStream().CopyToAsync(Stream.Null);
        });

        var result = await AskAsync(AssertionSource.Spiffe(endpoint: $"tcp://{server.LocalEndpoint}"));

        AssertionBench.Fails(result, TokenErrorKind.InvalidResponse, "did not return a readable answer");
        await answering;
    }

    [Theory]
    [InlineData("orders", null, null, "spiffeId")]
    [InlineData(null, "", null, "hint")]
    [InlineData(null, null, "unix:opaque", "endpoint")]
    public void An_argument_that_cannot_be_used_throws(string? spiffeId, string? hint, string? endpoint, string parameter) => Assert.Equal(
        parameter, Assert.ThrowsAny<ArgumentException>(() => AssertionSource.Spiffe(spiffeId, hint, endpoint)).ParamName);

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(301)]
    public void A_time_limit_out_of_range_throws(int seconds) => Assert.Equal(
        "timeLimit",
        Assert.Throws<ArgumentOutOfRangeException>(() => AssertionSource.Spiffe(timeLimit: TimeSpan.FromSeconds(seconds))).ParamName);

    private void Has(string spiffeId, string hint = "") => _agent.Identities.Enqueue(Identity(spiffeId, hint));

    private AgentIdentity Identity(string spiffeId, string hint = "") => new(spiffeId, hint, audience => _issuer.Issue(spiffeId, audience));

    private static string? Subject(AssertionResult result) => UnverifiedJwt.TryRead(result.Assertion)?.Subject;

    private async Task<AssertionResult> AskAsync(AssertionSource source, params (string Name, string? Value)[] variables) =>
        await source.GetAssertionAsync(_bench.With(variables).Request(), CancellationToken.None);
}

using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Tests;

/// <summary>From a source to a token, against an emulator that verifies every step.</summary>
public sealed class FederationTests(EmulatorFixture fixture) : IClassFixture<EmulatorFixture>
{
    private const string Exchange = "api://AzureADTokenExchange";
    private const string Subject = "repo:contoso/orders:ref:refs/heads/main";

    private readonly FakeClock _clock = fixture.Clock;
    private readonly EntraEmulator _entra = fixture.Fresh();
    private readonly Dictionary<string, string> _variables = [];
    private readonly Dictionary<string, byte[]> _files = [];

    [Fact]
    public async Task GitHub_actions()
    {
        var app = Trusting(out var issuer);
        Take(_entra.GitHubActionsEnvironment(issuer, Subject));

        await IssuesAsync(Credential(app, AssertionSource.GitHubActions()), "github actions");
    }

    [Fact]
    public async Task GitHub_actions_refuse_a_job_that_is_another_ones()
    {
        var app = Trusting(out var issuer);
        Take(_entra.GitHubActionsEnvironment(issuer, Subject));
        _variables["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] = "stranger";

        Assert.Equal(401, (await AcquireAsync(Credential(app, AssertionSource.GitHubActions()))).Error!.StatusCode);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("11112222-bbbb-3333-cccc-4444dddd5555")]
    public async Task Azure_pipelines(string? connection)
    {
        var app = Trusting(out var issuer);
        Take(_entra.AzurePipelinesEnvironment(issuer, Subject, connection));

        await IssuesAsync(Credential(app, AssertionSource.AzurePipelines(connection)), "azure pipelines");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Google_metadata(bool inChain)
    {
        var app = Trusting(out var issuer);
        Take(_entra.GoogleMetadataEnvironment(issuer, Subject));
        Credential credential = Credential(app, AssertionSource.GoogleMetadata());

        await IssuesAsync(
            inChain ? new CredentialChain(credential, ScriptedCredential.Failing("never asked")) : credential,
            inChain ? "chain/google metadata" : "google metadata");
    }

    [Fact]
    public async Task A_variable()
    {
        var app = Trusting(out var issuer);
        _variables["GITLAB_OIDC"] = issuer.Issue(Subject);

        await IssuesAsync(Credential(app, AssertionSource.FromVariable("GITLAB_OIDC")), "environment variable");
    }

    [Fact]
    public async Task A_file_that_kubernetes_rotates_while_the_program_runs()
    {
        const string Path = "/var/run/token";
        var app = Trusting(out var issuer);
        var credential = Credential(app, AssertionSource.FromFile(Path));
        for (var day = 0; day < 3; day++)
        {
            _files[Path] = System.Text.Encoding.ASCII.GetBytes(issuer.Issue(Subject) + "\n");
            await IssuesAsync(credential, "federated token file");
            _clock.Advance(TimeSpan.FromDays(1));
        }

        Assert.Equal(EntraCode.AssertionOutsideLifetime, Assert.Single((await AcquireAsync(credential)).Error!.EntraErrorCodes));
    }

    [Fact]
    public async Task A_file_that_is_rotated_between_refusal_and_second_try()
    {
        const string Path = "/var/run/token";
        var app = Trusting(out var issuer);
        _files[Path] = System.Text.Encoding.ASCII.GetBytes(issuer.Issue(Subject, lifetime: TimeSpan.FromMinutes(-1)));
        var looks = 0;
        var file = AssertionSource.FromFile(Path);
        var source = new DelegatedSource((request, cancellationToken) =>
        {
            if (++looks == 2)
            {
                _files[Path] = System.Text.Encoding.ASCII.GetBytes(issuer.Issue(Subject));
            }

            return file.GetAssertionAsync(request, cancellationToken);
        });

        await IssuesAsync(Credential(app, source), "delegated");
        Assert.Equal([EntraCode.AssertionOutsideLifetime, null], _entra.Journal.TokenRequests.Select(request => request.ErrorCode));
    }

    [Fact]
    public async Task A_managed_identity_in_its_own_tenant_and_in_another_one()
    {
        var identity = _entra.AddManagedIdentity();
        var elsewhere = _entra.AddTenant();
        var app = _entra.AddApplication().AddToTenant(elsewhere).AddFederatedCredential(identity);
        var source = AssertionSource.FromManagedIdentity(ManagedIdentityId.FromClientId(identity.ClientId), new()
        {
            Environment = WorkloadEnvironment.FromValues(_entra.ImdsEnvironment()),
            TimeProvider = _clock,
        });

        await IssuesAsync(Credential(app, source), "managed identity");
        await IssuesAsync(Credential(app, source, tenant: elsewhere.Id), "managed identity");
        Assert.Equal([app.TenantId, elsewhere.Id], _entra.Journal.TokenRequests.Select(request => request.TenantId));
    }

    [Fact]
    public async Task An_agent_identity_for_itself_and_on_behalf_of_a_user()
    {
        var blueprint = _entra.AddApplication();
        var secret = blueprint.AddSecret();
        var agent = _entra.AddAgentIdentity(blueprint);
        var source =
            AssertionSource.FromAgentIdentityBlueprint(
                new ApplicationCredential(blueprint.TenantId, blueprint.ClientId, ClientSecretAuthentication.FromValue(secret), Options()));
        var credential = Credential(agent, source);

        var own = await IssuesAsync(credential, "agent identity blueprint");
        Assert.Equal(agent.ObjectId, EmulatorCalls.Claims(own.Value).GetProperty("oid").GetString());

        var user = await credential.AcquireAsync(
            new Acquisition(new TokenRequest(EmulatorCalls.Scope) { UserAssertion = blueprint.IssueUserToken("bob@emulated.example") }),
            CancellationToken.None);
        Assert.Equal("bob@emulated.example", EmulatorCalls.Claims(user.Token!.Value).GetProperty("preferred_username").GetString());

        Assert.Equal(
            [
                (blueprint.ClientId, Exchange + "/.default", agent.ClientId), (agent.ClientId, EmulatorCalls.Scope, null),
                (blueprint.ClientId, Exchange + "/.default", agent.ClientId), (agent.ClientId, EmulatorCalls.Scope, null),
            ],
            _entra.Journal.TokenRequests.Select(request => (request.ClientId, request.Scope, request.FmiPath)));
    }

    [Fact]
    public async Task An_agent_identity_of_another_blueprint_is_refused()
    {
        var agent = _entra.AddAgentIdentity(_entra.AddApplication());
        var stranger = _entra.AddApplication();
        var source =
            AssertionSource.FromAgentIdentityBlueprint(new ApplicationCredential(
                stranger.TenantId, stranger.ClientId, ClientSecretAuthentication.FromValue(stranger.AddSecret()), Options()));

        var result = await AcquireAsync(Credential(agent, source));

        Assert.Equal(TokenVerdict.Failed, result.Verdict);
        Assert.Contains("returned none", result.Error!.Message, StringComparison.Ordinal);
        Assert.Equal([9002313], result.Error.EntraErrorCodes);
        Assert.Throws<InvalidOperationException>(() => agent.AddSecret());
    }

    [Fact]
    public async Task A_url_that_gives_an_object()
    {
        var app = Trusting(out var issuer);
        Take(_entra.GitHubActionsEnvironment(issuer, Subject));
        _variables["HEADER"] = $"Bearer {_variables["ACTIONS_ID_TOKEN_REQUEST_TOKEN"]}";
        var source = AssertionSource.FromUrl(
            new Uri(_variables["ACTIONS_ID_TOKEN_REQUEST_URL"]),
            audienceParameter: "audience",
            jsonField: "value",
            headersFromVariables: new Dictionary<string, string> { ["Authorization"] = "HEADER" });

        await IssuesAsync(Credential(app, source), "assertion url");
    }

    [Fact]
    public async Task An_issuers_endpoint_that_hiccups_is_asked_again_on_the_credentials_schedule()
    {
        var app = Trusting(out var issuer);
        Take(_entra.GitHubActionsEnvironment(issuer, Subject));
        _entra.Faults.Assertions.Next(Fault.Status(503), times: 2);

        await IssuesAsync(Credential(app, AssertionSource.GitHubActions()), "github actions");
        Assert.Equal(0, _entra.Faults.Assertions.Pending);
    }

    [Fact]
    public async Task A_credential_made_a_moment_ago_is_waited_for_when_asked_to()
    {
        var app = _entra.AddApplication();
        var issuer = _entra.AddIssuer();
        var source = AssertionSource.FromCallback((_, _) => ValueTask.FromResult(issuer.Issue(Subject)));
        var (waiting, log, options) = (new FakeClock(), new FakeLog(), Options());
        options.TimeProvider = waiting;
        options.LoggerFactory = log;
        var federation = new FederatedAuthentication(source, Exchange) { PropagationTolerance = TimeSpan.FromMinutes(2) };
        var acquiring = AcquireAsync(new ApplicationCredential(app.TenantId, app.ClientId, federation, options));
        await Patience.UntilAsync(() => log.Count(204) == 1 && waiting.PendingTimers == 1);

        app.AddFederatedCredential(issuer, Subject);
        waiting.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(TokenVerdict.Issued, (await acquiring).Verdict);
    }

    private EmulatedApplication Trusting(out EmulatedIssuer issuer)
    {
        issuer = _entra.AddIssuer();
        return _entra.AddApplication().AddFederatedCredential(issuer, Subject);
    }

    private void Take(IReadOnlyDictionary<string, string> variables)
    {
        foreach (var (name, value) in variables)
        {
            _variables[name] = value;
        }
    }

    // The emulator judges by the fake clock; what goes over the wire takes its own time.
    private ApplicationCredentialOptions Options() => new()
    {
        AuthorityHost = _entra.AuthorityHost,
        Environment = WorkloadEnvironment.FromValues(_variables, _files),
        Retry = new() { Delay = TimeSpan.FromMilliseconds(1), MaxDelay = TimeSpan.FromMilliseconds(5) },
    };

    private ApplicationCredential Credential(EmulatedApplication app, AssertionSource source, string? tenant = null) =>
        new(tenant ?? app.TenantId, app.ClientId, new FederatedAuthentication(source, Exchange), Options());

    private static Task<TokenResult> AcquireAsync(Credential credential) =>
        credential.AcquireAsync(new Acquisition(new TokenRequest(EmulatorCalls.Scope)), CancellationToken.None).AsTask();

    private async Task<AccessToken> IssuesAsync(Credential credential, string by)
    {
        var result = await AcquireAsync(credential);
        Assert.True(result.Verdict == TokenVerdict.Issued, result.ToString());
        Assert.Equal(by, result.Token!.AcquiredBy);
        Assert.Equal(200, (await _entra.CallAsync(result.Token.Value)).Status);
        return result.Token;
    }

    private sealed class DelegatedSource(Func<AssertionRequest, CancellationToken, ValueTask<AssertionResult>> get) : AssertionSource
    {
        public override string Name => "delegated";

        public override ValueTask<AssertionResult> GetAssertionAsync(AssertionRequest request, CancellationToken cancellationToken) =>
            get(request, cancellationToken);
    }
}

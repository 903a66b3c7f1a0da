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
    [InlineData("0190046e-e199-453b-a302-a21a4d649d31", "pipeline_id")]
    [InlineData("organization:contoso:pipeline:orders:ref:refs/heads/main:commit:0a1b2c3:step:deploy", null)]
    public async Task Buildkite(string subject, string? claim)
    {
        var issuer = _entra.AddIssuer(EmulatedIssuerKind.Buildkite, $"https://{Guid.NewGuid():N}.example");
        var app = _entra.AddApplication().AddFederatedCredential(issuer, subject);
        Take(_entra.BuildkiteEnvironment(issuer, subject, claim));

        await IssuesAsync(Credential(app, AssertionSource.Buildkite(claim)), "buildkite");
    }

    [Fact]
    public async Task Buildkite_refuses_another_token_and_another_subject_claim()
    {
        var issuer = _entra.AddIssuer(EmulatedIssuerKind.Buildkite, $"https://{Guid.NewGuid():N}.example");
        var app = _entra.AddApplication();
        Take(_entra.BuildkiteEnvironment(issuer, Guid.NewGuid().ToString()));

        Assert.Equal(422, (await AcquireAsync(Credential(app, AssertionSource.Buildkite("cluster_id")))).Error!.StatusCode);
        _variables["BUILDKITE_AGENT_ACCESS_TOKEN"] = "stranger";
        Assert.Equal(401, (await AcquireAsync(Credential(app, AssertionSource.Buildkite()))).Error!.StatusCode);
    }

    [Theory]
    [InlineData(null, "TFC_WORKLOAD_IDENTITY_TOKEN")]
    [InlineData("ORDERS", "TFC_WORKLOAD_IDENTITY_TOKEN_ORDERS")]
    public async Task Terraform_cloud(string? tag, string variable)
    {
        const string Run = "organization:contoso:project:shop:workspace:orders:run_phase:apply";
        var issuer = _entra.AddIssuer(EmulatedIssuerKind.Terraform, $"https://{Guid.NewGuid():N}.example");
        var app = _entra.AddApplication().AddFederatedCredential(issuer, Run);

        var without = await AcquireAsync(Credential(app, AssertionSource.TerraformCloud(tag)));
        _variables[variable] = issuer.Issue(Run);

        Assert.Equal(TokenVerdict.Unavailable, without.Verdict);
        Assert.Contains(
            $"{variable} is not set. Set the environment variable {variable.Replace("TOKEN", "AUDIENCE", StringComparison.Ordinal)}",
            without.Error!.Message,
            StringComparison.Ordinal);
        await IssuesAsync(Credential(app, AssertionSource.TerraformCloud(tag)), "terraform cloud");
    }

    [Fact]
    public async Task Circle_ci_has_the_organizations_id_as_its_audience()
    {
        const string Organization = "5a1d0e7c-9c0f-4d0e-8a54-6f1f6f0d2b11";
        const string Person =
            $"org/{Organization}/project/0d3c1a52-9c0f-4d0e-8a54-6f1f6f0d2b11/user/7c0d2b11-9c0f-4d0e-8a54-6f1f6f0d1a52";
        var issuer = _entra.AddIssuer(EmulatedIssuerKind.CircleCI, $"https://{Guid.NewGuid():N}.example");
        var app = _entra.AddApplication().AddFederatedCredential(issuer, Person, Organization);
        _variables["CIRCLE_OIDC_TOKEN_V2"] = issuer.Issue(Person, Organization);

        await IssuesAsync(Credential(app, AssertionSource.CircleCI()), "circleci");
    }

    [Theory]
    [InlineData("")]
    [InlineData("A-B")]
    [InlineData("A=B")]
    public void A_tag_that_cannot_be_part_of_a_variable_throws(string tag) =>
        Assert.Throws<ArgumentException>(() => AssertionSource.TerraformCloud(tag));

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

using System.Text.Json;
using WorkloadIdentity.Testing;
using static WorkloadIdentity.Tests.EmulatorCalls;

namespace WorkloadIdentity.Tests;

/// <summary>Issuers that resemble those of build systems and clusters, their keys, and the time Entra takes to learn of them.</summary>
public sealed class EmulatedIssuerTests(EmulatorFixture fixture) : IClassFixture<EmulatorFixture>
{
    private const string Workflow = "contoso/flows/.github/workflows/deploy.yml@refs/tags/v1";

    private readonly EntraEmulator _entra = fixture.Fresh();
    private readonly FakeClock _clock = fixture.Clock;
    private readonly EmulatedApplication _app = fixture.Entra.AddApplication();

    public static TheoryData<EmulatedIssuerKind, string, string, string> Kinds => new()
    {
        { EmulatedIssuerKind.GitHub, "repo:contoso/orders:environment:production", "environment", "production" },
        { EmulatedIssuerKind.GitHub, "repo:contoso/orders:ref:refs/tags/v1", "ref_type", "tag" },
        { EmulatedIssuerKind.GitHub, "repo:contoso/orders:pull_request", "event_name", "pull_request" },
        { EmulatedIssuerKind.GitHub, "repo:contoso@123/orders@456:ref:refs/heads/main", "repository", "contoso/orders" },
        { EmulatedIssuerKind.GitHub, "repo:contoso@123/orders@456:ref:refs/heads/main", "repository_owner", "contoso" },
        { EmulatedIssuerKind.GitHub, "repo:contoso@123/orders@456:environment:production", "repository_owner_id", "123" },
        { EmulatedIssuerKind.GitHub, "repo:contoso@123/orders@456:pull_request", "repository_id", "456" },
        { EmulatedIssuerKind.GitHub, "repo:contoso@123/orders@456:pull_request", "ref", "refs/pull/1/merge" },
        { EmulatedIssuerKind.GitHub, $"repo:contoso/orders:environment:prod%3Aeu:job_workflow_ref:{Workflow}", "environment", "prod:eu" },
        { EmulatedIssuerKind.GitHub, $"repo:contoso/orders:pull_request:job_workflow_ref:{Workflow}", "job_workflow_ref", Workflow },
        { EmulatedIssuerKind.GitHub, "repository_owner:fabrikam", "repository", "fabrikam/emulated" },
        { EmulatedIssuerKind.GitHub, "repository_owner_id:123:repository_id:456:environment:production", "repository_id", "456" },
        { EmulatedIssuerKind.GitHub, "repository:contoso/orders:repository_visibility:public", "repository_owner", "contoso" },
        { EmulatedIssuerKind.GitHub, "repo:contoso/orders:actor:octocat", "actor", "octocat" },
        { EmulatedIssuerKind.GitHub, "repo:contoso/orders:repo_property_tier:gold", "repo_property_tier", "gold" },
        { EmulatedIssuerKind.GitLab, "project_path:contoso/orders", "ref_path", "refs/heads/main" },
        { EmulatedIssuerKind.GitLab, "project_path:contoso/orders:ref:main:deployment_tier:staging", "deployment_tier", "staging" },
        { EmulatedIssuerKind.GitLab, "project_path:contoso/a/orders:ref_type:branch:ref:main", "namespace_path", "contoso/a" },
        { EmulatedIssuerKind.Kubernetes, "system:serviceaccount:orders:api", "kubernetes.io", """{"namespace":"orders"}""" },
        { EmulatedIssuerKind.Buildkite, "organization:contoso:pipeline:orders:ref:refs/heads/main:commit:0a1b2c3:step:", "pipeline_slug",
            "orders" },
        { EmulatedIssuerKind.Buildkite, "0190046e-e199-453b-a302-a21a4d649d31", "build_branch", "main" },
        { EmulatedIssuerKind.CircleCI, BuildClaims.CircleCIExample, "oidc.circleci.com/project-id",
            "0d3c1a52-9c0f-4d0e-8a54-6f1f6f0d2b11" },
        { EmulatedIssuerKind.Terraform, BuildClaims.TerraformExample, "terraform_run_phase", "apply" },
        { EmulatedIssuerKind.Terraform, BuildClaims.TerraformExample, "terraform_full_workspace",
            "organization:contoso:project:shop:workspace:orders" },
        { EmulatedIssuerKind.Any, "anything at all", "sub", "anything at all" },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Each_kind_signs_assertions_like_the_real_one_and_they_are_taken(
        EmulatedIssuerKind kind, string subject, string claim, string value)
    {
        var issuer = _entra.AddIssuer(kind, $"https://{Guid.NewGuid():N}.example/");
        _app.AddFederatedCredential(issuer, subject);

        var assertion = issuer.Issue(subject);
        var said = Claims(assertion).GetProperty(claim);
        var document = (await _entra.GetAsync(issuer.MetadataUrl.AbsoluteUri)).Json;

        Assert.Equal(
            value,
            said.ValueKind == JsonValueKind.Object
                ? $$"""{"namespace":"{{said.GetProperty("namespace").GetString()}}"}"""
                : said.GetString());
        Assert.Equal(
            kind == EmulatedIssuerKind.Kubernetes ? JsonValueKind.Array : JsonValueKind.String,
            Claims(assertion).GetProperty("aud").ValueKind);
        Assert.Equal(200, (await _entra.PostAsync(_app.Asserting(assertion))).Status);
        Assert.Equal(issuer.Url, document.GetProperty("issuer").GetString());
        Assert.Equal(issuer.Url, Claims(assertion).GetProperty("iss").GetString());
    }

    [Fact]
    public void The_well_known_ones_have_their_own_address_and_a_cluster_ends_in_a_slash()
    {
        Assert.Equal("https://token.actions.githubusercontent.com", _entra.AddIssuer(EmulatedIssuerKind.GitHub).Url);
        Assert.Equal("https://gitlab.com", _entra.AddIssuer(EmulatedIssuerKind.GitLab).Url);
        Assert.EndsWith("/", _entra.AddIssuer(EmulatedIssuerKind.Kubernetes).Url, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => _entra.AddIssuer((EmulatedIssuerKind)99));
    }

    [Theory]
    [InlineData(EmulatedIssuerKind.GitHub, "repo:contoso:ref:refs/heads/main")]
    [InlineData(EmulatedIssuerKind.GitHub, "repo:contoso/orders:branch:main")]
    [InlineData(EmulatedIssuerKind.GitHub, "repo:contoso/orders:ref:main")]
    [InlineData(EmulatedIssuerKind.GitHub, "repo:contoso@123/orders:ref:refs/heads/main")]
    [InlineData(EmulatedIssuerKind.GitHub, "repo:contoso@x/orders@456:ref:refs/heads/main")]
    [InlineData(EmulatedIssuerKind.GitHub, "repo:contoso/orders:environment:prod:eu")]
    [InlineData(EmulatedIssuerKind.GitHub, "repo:contoso/orders:environment:")]
    [InlineData(EmulatedIssuerKind.GitHub, "repo:contoso/orders:pull_request:pull_request")]
    [InlineData(EmulatedIssuerKind.GitHub, "repo:contoso/orders:repository_owner:fabrikam")]
    [InlineData(EmulatedIssuerKind.GitHub, "repo:contoso@123/orders@456:repository_id:457")]
    [InlineData(EmulatedIssuerKind.GitHub, "repo:contoso/orders:ref:refs/heads/main\n")]
    [InlineData(EmulatedIssuerKind.Buildkite, "organization:contoso:pipeline:orders")]
    [InlineData(EmulatedIssuerKind.CircleCI, "org/contoso/project/orders/user/me")]
    [InlineData(EmulatedIssuerKind.Terraform, "organization:contoso:project:shop:workspace:orders:run_phase:destroy")]
    [InlineData(EmulatedIssuerKind.GitLab, "ref:main:project_path:contoso/orders")]
    [InlineData(EmulatedIssuerKind.GitLab, "project_path:contoso//orders")]
    [InlineData(EmulatedIssuerKind.GitLab, "project_path:contoso/orders:branch:main")]
    [InlineData(EmulatedIssuerKind.Kubernetes, "system:serviceaccount:Orders:api\n")]
    [InlineData(EmulatedIssuerKind.GitLab, "project_path:orders:ref_type:branch:ref:main")]
    public void A_subject_no_such_issuer_would_write_is_refused_with_an_example(EmulatedIssuerKind kind, string subject)
    {
        var issuer = _entra.AddIssuer(kind, $"https://{Guid.NewGuid():N}.example/");

        Assert.Contains(
            "Expected something like", Assert.Throws<ArgumentException>(() => issuer.Issue(subject)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_issuer_out_of_reach_cannot_be_verified()
    {
        var issuer = _entra.AddIssuer();
        _app.AddFederatedCredential(issuer, "me");
        issuer.IsReachable = false;

        var refused = await _entra.PostAsync(_app.Asserting(issuer.Issue("me")));

        Assert.Equal(90061, refused.Code);
        Assert.Equal(503, (await _entra.GetAsync(issuer.MetadataUrl.AbsoluteUri)).Status);
        issuer.IsReachable = true;
        Assert.Equal(200, (await _entra.PostAsync(_app.Asserting(issuer.Issue("me")))).Status);
    }

    [Fact]
    public async Task A_new_federated_credential_is_unknown_for_a_while()
    {
        var issuer = _entra.AddIssuer();
        var known = _entra.AddApplication().AddFederatedCredential(issuer, "before");
        _entra.FederatedCredentialDelay = TimeSpan.FromMinutes(3);
        _app.AddFederatedCredential(issuer, "me");
        known.AddFederatedCredential(issuer, "after");

        // As if it were not there: none at all on one application, none that matches on the other.
        Assert.Equal(70025, (await _entra.PostAsync(_app.Asserting(issuer.Issue("me")))).Code);
        Assert.Equal(700213, (await _entra.PostAsync(known.Asserting(issuer.Issue("after")))).Code);
        Assert.Equal(200, (await _entra.PostAsync(known.Asserting(issuer.Issue("before")))).Status);
        _clock.Advance(TimeSpan.FromMinutes(3));
        Assert.Equal(200, (await _entra.PostAsync(_app.Asserting(issuer.Issue("me")))).Status);
        _entra.FederatedCredentialDelay = TimeSpan.Zero;
    }

    [Fact]
    public async Task Keys_of_an_issuer_roll_with_or_without_the_old_ones()
    {
        var issuer = _entra.AddIssuer();
        _app.AddFederatedCredential(issuer, "me");
        var first = issuer.Issue("me");

        issuer.RollKey();
        Assert.Equal(200, (await _entra.PostAsync(_app.Asserting(first))).Status);
        Assert.Equal(2, (await _entra.GetAsync($"{issuer.Url}/keys")).Json.GetProperty("keys").GetArrayLength());
        issuer.RollKey(withdrawOld: true);
        Assert.Equal(700027, (await _entra.PostAsync(_app.Asserting(first))).Code);
        Assert.Equal(200, (await _entra.PostAsync(_app.Asserting(issuer.Issue("me")))).Status);
        Assert.Equal(1, (await _entra.GetAsync($"{issuer.Url}/keys")).Json.GetProperty("keys").GetArrayLength());
    }

    [Fact]
    public async Task Entras_own_keys_roll_too()
    {
        await using var entra = await EntraEmulator.StartAsync();
        var first = await entra.TokenAsync();

        entra.RollSigningKey();
        Assert.Equal(200, (await entra.CallAsync(first)).Status);
        Assert.Equal(2, (await entra.GetAsync("common/discovery/v2.0/keys")).Json.GetProperty("keys").GetArrayLength());
        entra.RollSigningKey(withdrawOld: true);
        Assert.Equal(401, (await entra.CallAsync(first)).Status);
        Assert.Equal(200, (await entra.CallAsync(await entra.TokenAsync())).Status);
    }

    [Fact]
    public void A_federated_credential_can_be_removed()
    {
        _app.AddFederatedCredential("https://a.example", "me");
        _app.RemoveFederatedCredential("https://a.example", "me");

        Assert.Throws<ArgumentException>(() => _app.RemoveFederatedCredential("https://a.example", "me"));
    }
}

namespace WorkloadIdentity.Tests;

public sealed class AssertionSourcesTests
{
    [Fact]
    public void Each_factory_gives_a_source_with_its_own_name()
    {
        var credential = ScriptedCredential.Issuing("credential");
        AssertionSource[] sources =
        [
            AssertionSource.FromFile("/token"),
            AssertionSource.FromVariable("TOKEN"),
            AssertionSource.FromCallback((_, _) => ValueTask.FromResult("a.b.c")),
            AssertionSource.FromCommand(Environment.ProcessPath!),
            AssertionSource.FromUrl(new Uri("https://issuer.example/")),
            AssertionSource.FromCredential(credential),
            AssertionSource.FromManagedIdentity(ManagedIdentityId.FromClientId("00000000-0000-0000-0000-000000000001")),
            AssertionSource.FromAgentIdentityBlueprint(credential),
            AssertionSource.GitHubActions(),
            AssertionSource.AzurePipelines(),
            AssertionSource.GoogleMetadata(),
            AssertionSource.Buildkite(),
            AssertionSource.CircleCI(),
            AssertionSource.TerraformCloud(),
        ];

        Assert.Equal(
            [
                "federated token file", "environment variable", "assertion callback", "assertion command", "assertion url", "credential",
                "managed identity", "agent identity blueprint", "github actions", "azure pipelines", "google metadata",
                "buildkite", "circleci", "terraform cloud",
            ],
            sources.Select(source => source.Name));
    }

    [Fact]
    public async Task A_package_adds_a_factory_that_reads_like_these()
    {
        var source = AssertionSource.FromAws((audience, _) => ValueTask.FromResult($"{audience.Length}.b.c"));

        var result = await source.GetAssertionAsync(
            new AssertionRequest(EntraCloud.Public, EntraFake.Tenant, EntraFake.ClientId, EntraFake.Scope) { Audience = "api://x" },
            CancellationToken.None);

        Assert.Equal(("aws", "7.b.c"), (source.Name, result.Assertion));
    }
}

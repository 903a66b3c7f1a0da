using WorkloadIdentity.Governance;

namespace WorkloadIdentity.Tests;

public sealed class CredentialPolicyTests : IAsyncLifetime
{
    private RotationBench _bench = null!;

    public async Task InitializeAsync() => _bench = await RotationBench.StartAsync(
        [.. RotationBench.Permissions, "Policy.ReadWrite.ApplicationConfiguration"]);

    public async Task DisposeAsync() => await _bench.DisposeAsync();

    [Theory]
    [InlineData(CredentialKind.Secret, "passwordCredentials", "passwordLifetime")]
    [InlineData(CredentialKind.Certificate, "keyCredentials", "asymmetricKeyLifetime")]
    public async Task The_end_date_is_what_the_policy_of_the_tenant_allows(CredentialKind kind, string list, string type)
    {
        var application = _bench.Add(kind);
        await PolicyAsync(Restricting("applicationRestrictions", list, Item(type, "P30D")));

        var plan = await _bench.StartAsync(_bench.Request(application, kind));

        Assert.Contains("limits the life of this credential to 720 hours", plan.Notes.Single(), StringComparison.Ordinal);
        Assert.Contains("valid until 2026-01-30", plan.Changes[0].What, StringComparison.Ordinal);
        Assert.Single(RotationBench.Added(application));
    }

    [Theory]
    [InlineData("""{"isEnabled":false,"applicationRestrictions":{"passwordCredentials":[ITEM]}}""")]
    [InlineData("""{"isEnabled":true,"servicePrincipalRestrictions":{"passwordCredentials":[ITEM]}}""")]
    [InlineData("""{"isEnabled":true,"applicationRestrictions":{"keyCredentials":[KEY]}}""")]
    [InlineData("""{"isEnabled":true,"applicationRestrictions":{"passwordCredentials":[DISABLED]}}""")]
    [InlineData("""{"isEnabled":true,"applicationRestrictions":{"passwordCredentials":[LATER]}}""")]
    public async Task A_policy_that_does_not_apply_changes_nothing(string policy)
    {
        var application = _bench.Add(CredentialKind.Secret);
        await PolicyAsync(policy
            .Replace("KEY", Item("asymmetricKeyLifetime", "P30D"), StringComparison.Ordinal)
            .Replace("ITEM", Item("passwordLifetime", "P30D"), StringComparison.Ordinal)
            .Replace("DISABLED", Item("passwordLifetime", "P30D", state: "disabled"), StringComparison.Ordinal)
            .Replace("LATER", Item("passwordLifetime", "P30D", after: "2026-06-01T00:00:00Z"), StringComparison.Ordinal));

        var plan = await _bench.StartAsync(_bench.Request(application, CredentialKind.Secret));

        Assert.Empty(plan.Notes);
        Assert.Contains("valid until 2026-06-30", plan.Changes[0].What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_forbidden_secret_is_refused_before_anything_is_written_and_by_Graph_as_well()
    {
        var application = _bench.Add(CredentialKind.Secret);
        await PolicyAsync(Restricting("applicationRestrictions", "passwordCredentials", Item("passwordAddition", null)));

        var refused = await Assert.ThrowsAsync<ChangeRefusedException>(
            () => _bench.StartAsync(_bench.Request(application, CredentialKind.Secret)));
        var byGraph = await Assert.ThrowsAsync<GraphException>(
            () => _bench.StartAsync(_bench.Request(application, CredentialKind.Secret, force: true)));

        Assert.Contains("A policy of the tenant forbids to add client secrets", refused.Message, StringComparison.Ordinal);
        Assert.Equal("CredentialTypeNotAllowedAsPerAppPolicy", byGraph.Error.Code);
        Assert.Equal(1, RotationBench.Count(application));
    }

    [Fact]
    public async Task A_policy_of_the_application_replaces_that_of_the_tenant()
    {
        var application = _bench.Add(CredentialKind.Secret);
        await PolicyAsync(Restricting("applicationRestrictions", "passwordCredentials", Item("passwordAddition", null)));
        var policies = await _bench.RunAsync(async () =>
        {
            await _bench.Client.WriteAsync(
                new GraphWrite(HttpMethod.Post, "v1.0/policies/appManagementPolicies")
                {
                    Body = Body(Restricting("restrictions", "passwordCredentials", Item("passwordLifetime", "P10D"))),
                },
                CancellationToken.None);
            return await _bench.Client.ListAsync(GraphReads.AppManagementPolicies, CancellationToken.None).ToListAsync();
        });
        var id = policies.Single().Id;
        await _bench.RunAsync(async () =>
        {
            var keys = await ApplicationKeys.ReadAsync(_bench.Client, new ClientId(application.ClientId), CancellationToken.None);
            await _bench.Client.WriteAsync(
                new GraphWrite(HttpMethod.Post, $"v1.0/applications/{keys.ObjectId}/appManagementPolicies/$ref")
                {
                    Body = Body($$"""{"@odata.id":"https://graph.microsoft.com/v1.0/policies/appManagementPolicies/{{id}}"}"""),
                },
                CancellationToken.None);
            return true;
        });

        var plan = await _bench.StartAsync(_bench.Request(application, CredentialKind.Secret));

        Assert.Contains("to 240 hours", plan.Notes.Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Policies_that_cannot_be_read_are_told_in_the_plan()
    {
        await using var bench = await RotationBench.StartAsync(["Application.Read.All", "Application.ReadWrite.All"]);
        var application = bench.Add(CredentialKind.Secret);

        var plan = await bench.StartAsync(bench.Request(application, CredentialKind.Secret));

        Assert.StartsWith("The app management policies of the tenant could not be read", plan.Notes.Single(), StringComparison.Ordinal);
        Assert.Single(RotationBench.Added(application));
    }

    private Task<bool> PolicyAsync(string policy) => _bench.RunAsync(async () =>
    {
        await _bench.Client.WriteAsync(
            new GraphWrite(HttpMethod.Patch, "v1.0/policies/defaultAppManagementPolicy") { Body = Body(policy) }, CancellationToken.None);
        return true;
    });

    private static byte[] Body(string json) => System.Text.Encoding.UTF8.GetBytes(json);

    private static string Restricting(string whom, string list, string item) =>
        $$$"""{"displayName":"test","isEnabled":true,"{{{whom}}}":{"{{{list}}}":[{{{item}}}]}}""";

    private static string Item(string type, string? lifetime, string state = "enabled", string? after = null) =>
        $$$"""
        {"restrictionType":"{{{type}}}","state":"{{{state}}}","maxLifetime":{{{Text(lifetime)}}},
         "restrictForAppsCreatedAfterDateTime":{{{Text(after)}}}}
        """;

    private static string Text(string? value) => value is null ? "null" : $"\"{value}\"";
}

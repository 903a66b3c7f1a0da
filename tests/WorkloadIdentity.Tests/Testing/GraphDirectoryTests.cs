using System.Text.Json;

namespace WorkloadIdentity.Tests;

/// <summary>The generated directory of the emulated Graph: how much of what it has, and that it is the same again.</summary>
public sealed class GraphDirectoryTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(120)]
    [InlineData(1_000)]
    public async Task Its_parts_have_the_documented_proportions(int principals)
    {
        await using var graph = await GraphTestCaller.StartAsync(principals);

        var (all, _) = await graph.AllAsync("v1.0/servicePrincipals?$top=999&$select=id,appId,appRoles,appOwnerOrganizationId");
        var (applications, _) = await graph.AllAsync("v1.0/applications?$top=999&$select=id,appId,passwordCredentials,keyCredentials");
        var (grants, _) = await graph.AllAsync("v1.0/oauth2PermissionGrants?$top=999");
        var own = Own(graph);

        Assert.Equal(principals + own, all.Count);
        Assert.Equal(all.Count, all.Select(Id).Distinct().Count());
        Assert.Equal(principals * 3 / 2, grants.Count);
        Assert.Equal(grants.Count, grants.Select(Id).Distinct().Count());
        Assert.InRange(applications.Count - 2, (principals * 3 / 10) - 1, (principals * 3 / 10) + 2);
        if (principals == 1_000)
        {
            var credentials = applications.Sum(each =>
                each.GetProperty("passwordCredentials").GetArrayLength() + each.GetProperty("keyCredentials").GetArrayLength());
            Assert.InRange(credentials, 430, 470);
            Assert.Equal(60, all.Count(each => each.GetProperty("appRoles").GetArrayLength() > 0));
        }
    }

    [Theory]
    [InlineData(7)]
    [InlineData(35)]
    [InlineData(1_000)]
    public async Task Both_directions_of_permissions_agree(int principals)
    {
        await using var graph = await GraphTestCaller.StartAsync(principals);
        var (all, _) = await graph.AllAsync("v1.0/servicePrincipals?$top=999&$select=id,appRoles");
        var byResource = new List<(string Id, string Principal, string Resource, string Role)>();
        foreach (var resource in all.Where(each => each.GetProperty("appRoles").GetArrayLength() > 0))
        {
            var roles = resource.GetProperty("appRoles").EnumerateArray().Select(Id).ToHashSet();
            var (rows, _) = await graph.AllAsync($"v1.0/servicePrincipals/{Id(resource)}/appRoleAssignedTo?$top=999");
            byResource.AddRange(rows.Select(Assignment));
            Assert.All(rows, row => Assert.Contains(row.GetProperty("appRoleId").GetString()!, roles));
        }

        var byPrincipal = new List<(string, string, string, string)>();
        foreach (var principal in all.Where((_, index) => principals < 100 || index % 97 == 0 || index >= principals))
        {
            var (rows, _) = await graph.AllAsync($"v1.0/servicePrincipals/{Id(principal)}/appRoleAssignments");
            byPrincipal.AddRange(rows.Select(Assignment));
        }

        // Five for each generated one, and the emulator's own: the caller's read permissions.
        Assert.Equal((principals * 5) + WorkloadIdentity.Testing.EmulatedGraphOptions.ReadPermissions.Count, byResource.Count);
        Assert.Equal(byResource.Count, byResource.Select(row => row.Id).Distinct().Count());
        Assert.Subset(byResource.ToHashSet(), byPrincipal.ToHashSet());
        Assert.True(principals >= 100 || byPrincipal.Count == byResource.Count);
    }

    [Fact]
    public async Task The_same_seed_gives_the_same_directory_and_another_one_another()
    {
        var clock = new FakeClock();
        async Task<string> ReadAsync(int seed)
        {
            await using var graph = await GraphTestCaller.StartAsync(100, clock, seed: seed);
            graph.Options.EnforcesLimits = false;
            var texts = new List<string>();
            foreach (var path in new[]
            {
                "v1.0/servicePrincipals", "v1.0/applications", "v1.0/oauth2PermissionGrants", "v1.0/identity/conditionalAccess/policies",
                "beta/reports/appCredentialSignInActivities", "v1.0/identityProtection/servicePrincipalRiskDetections",
            })
            {
                var (rows, _) = await graph.AllAsync($"{path}?$top=100");
                texts.AddRange(rows.Take(30).Select(row => row.GetRawText()));
            }

            return string.Join('\n', texts);
        }

        var first = await ReadAsync(seed: 1);

        Assert.Equal(first, await ReadAsync(seed: 1));
        Assert.NotEqual(first, await ReadAsync(seed: 2));
    }

    [Fact]
    public async Task An_object_is_found_by_each_of_its_keys_and_by_no_key_of_another_kind()
    {
        await using var graph = await GraphTestCaller.StartAsync(100);
        var (applications, _) = await graph.AllAsync("v1.0/applications?$select=id,appId,uniqueName");
        var (principals, _) = await graph.AllAsync("v1.0/servicePrincipals?$select=id,appId&$top=999");

        foreach (var application in applications)
        {
            var (id, appId) = (Id(application), application.GetProperty("appId").GetString()!);
            var principal = principals.Single(each => each.GetProperty("appId").GetString() == appId);
            Assert.Equal(id, Id((await graph.GetAsync($"v1.0/applications/{id}")).Json));
            Assert.Equal(id, Id((await graph.GetAsync($"v1.0/applications(appId='{appId}')")).Json));
            Assert.Equal(Id(principal), Id((await graph.GetAsync($"v1.0/servicePrincipals(appId='{appId}')")).Json));
            Assert.Equal(3, new[] { id, appId, Id(principal) }.Distinct().Count());

            // The commonest mistake: one kind of id in place of another.
            Assert.Equal((404, "Request_ResourceNotFound"), GraphTestCaller.Refusal(await graph.GetAsync($"v1.0/applications/{appId}")));
            Assert.Equal((404, "Request_ResourceNotFound"), GraphTestCaller.Refusal(await graph.GetAsync($"v1.0/servicePrincipals/{id}")));
            if (application.GetProperty("uniqueName").GetString() is { } name)
            {
                Assert.Equal(id, Id((await graph.GetAsync($"v1.0/applications(uniqueName='{name}')")).Json));
            }
        }
    }

    [Fact]
    public async Task The_emulators_own_applications_are_there_with_their_credentials()
    {
        await using var graph = await GraphTestCaller.StartAsync(50);
        using var certificate = EmulatorCalls.Certificate();
        var issuer = graph.Entra.AddIssuer("https://issuer.example");
        graph.Application.AddCertificate(certificate).AddFederatedCredential(issuer, "job-1");
        var agent = graph.Entra.AddAgentIdentity(graph.Application);

        var own = (await graph.GetAsync(
            $"v1.0/applications(appId='{graph.Application.ClientId}')?$expand=federatedIdentityCredentials&$select=id,passwordCredentials,"
            + "keyCredentials")).Json;
        var principal = (await graph.GetAsync($"v1.0/servicePrincipals/{graph.Application.ObjectId}")).Json;
        var agents = await graph.AllAsync("v1.0/servicePrincipals/microsoft.graph.agentIdentity?$select=id,agentIdentityBlueprintId");

        Assert.Equal(1, own.GetProperty("passwordCredentials").GetArrayLength());
        Assert.Equal(
            Convert.ToBase64String(certificate.RawData), own.GetProperty("keyCredentials")[0].GetProperty("key").GetString());
        Assert.Equal("job-1", own.GetProperty("federatedIdentityCredentials")[0].GetProperty("subject").GetString());
        Assert.Equal(graph.Application.ClientId, principal.GetProperty("appId").GetString());
        Assert.Contains(agents.Rows, row => Id(row) == agent.ObjectId
            && row.GetProperty("agentIdentityBlueprintId").GetString() == graph.Application.ClientId
            && row.GetProperty("@odata.type").GetString() == "#microsoft.graph.agentIdentity");
    }

    [Fact]
    public async Task Leaked_credentials_reported_uses_and_policies_name_objects_that_exist()
    {
        await using var graph = await GraphTestCaller.StartAsync(1_000);
        var (applications, _) = await graph.AllAsync("v1.0/applications?$top=999&$select=id,appId,passwordCredentials,keyCredentials");
        var (principals, _) = await graph.AllAsync("v1.0/servicePrincipals?$top=999&$select=id,appId");
        var keys = applications.SelectMany(each => each.GetProperty("passwordCredentials").EnumerateArray()
            .Concat(each.GetProperty("keyCredentials").EnumerateArray())).Select(key => key.GetProperty("keyId").GetString()!).ToHashSet();
        var ids = principals.Select(Id).ToHashSet();
        var appIds = principals.Select(each => each.GetProperty("appId").GetString()!).ToHashSet();

        var (detections, _) = await graph.AllAsync("v1.0/identityProtection/servicePrincipalRiskDetections");
        var (uses, _) = await graph.AllAsync("beta/reports/appCredentialSignInActivities?$top=999");
        var (signIns, _) = await graph.AllAsync("beta/reports/servicePrincipalSignInActivities?$top=999");
        var (roles, _) = await graph.AllAsync("v1.0/roleManagement/directory/roleAssignments?$expand=principal");

        Assert.NotEmpty(detections);
        Assert.Contains(detections, each => each.GetProperty("keyIds").GetArrayLength() > 0);
        Assert.All(detections, each => Assert.Contains(each.GetProperty("servicePrincipalId").GetString()!, ids));
        Assert.All(
            detections.SelectMany(each => each.GetProperty("keyIds").EnumerateArray()), key => Assert.Contains(key.GetString()!, keys));
        Assert.All(uses, each => Assert.Contains(each.GetProperty("keyId").GetString()!, keys));
        Assert.InRange(uses.Count, 200, 449);
        Assert.All(signIns, each => Assert.Contains(each.GetProperty("appId").GetString()!, appIds));
        Assert.All(roles, each => Assert.Equal(
            each.GetProperty("principalId").GetString(), Id(each.GetProperty("principal"))));
    }

    /// <summary>Two applications, the machine's identity, and the API of the emulator; its Graph is the generated one.</summary>
    private static int Own(GraphTestCaller graph) => graph.Entra.Api is not null ? 4 : 0;

    private static string Id(JsonElement row) => row.GetProperty("id").GetString()!;

    private static (string, string, string, string) Assignment(JsonElement row) => (
        Id(row), row.GetProperty("principalId").GetString()!, row.GetProperty("resourceId").GetString()!,
        row.GetProperty("appRoleId").GetString()!);
}

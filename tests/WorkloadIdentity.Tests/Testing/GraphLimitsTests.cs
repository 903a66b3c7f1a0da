using System.Globalization;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Tests;

/// <summary>When the emulated Graph throttles, and what it refuses for want of a permission or licence.</summary>
public sealed class GraphLimitsTests
{
    private readonly FakeClock _clock = new();

    [Fact]
    public async Task Reports_take_five_requests_in_any_ten_seconds()
    {
        await using var graph = await GraphTestCaller.StartAsync(50, _clock);
        const string Report = "beta/reports/servicePrincipalSignInActivities";
        for (var request = 0; request < 5; request++)
        {
            Assert.Equal(200, (await graph.GetAsync(Report)).Status);
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        var throttled = await graph.GetAsync("beta/reports/appCredentialSignInActivities");
        _clock.Advance(TimeSpan.FromSeconds(4.9));
        var early = await graph.GetAsync(Report);
        _clock.Advance(TimeSpan.FromSeconds(0.1));

        Assert.Equal((429, "TooManyRequests"), GraphTestCaller.Refusal(throttled));
        Assert.Equal("5", throttled.Headers["Retry-After"]);
        Assert.Equal(429, early.Status);
        Assert.Equal(200, (await graph.GetAsync(Report)).Status);
        Assert.Equal(429, (await graph.GetAsync(Report)).Status);
    }

    [Fact]
    public async Task Identity_protection_takes_one_request_a_second_and_does_not_say_when_to_return()
    {
        await using var graph = await GraphTestCaller.StartAsync(50, _clock);
        Assert.Equal(200, (await graph.GetAsync("v1.0/identityProtection/riskyServicePrincipals")).Status);

        var throttled = await graph.GetAsync("v1.0/identity/conditionalAccess/policies");
        var batch = await graph.SendAsync(HttpMethod.Post, "v1.0/$batch", """
            {"requests":[{"id":"1","method":"GET","url":"/identity/conditionalAccess/namedLocations"},
            {"id":"2","method":"GET","url":"/organization"}]}
            """);
        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(429, throttled.Status);
        Assert.DoesNotContain("Retry-After", throttled.Headers.Keys);
        Assert.Equal(
            [200, 429], batch.Json.GetProperty("responses").EnumerateArray().Select(each => each.GetProperty("status").GetInt32()));
        Assert.Equal(200, (await graph.GetAsync("v1.0/identity/conditionalAccess/policies")).Status);
    }

    [Theory]
    [InlineData("v1.0/applications", 2)]
    [InlineData("v1.0/applications?$select=id", 1)]
    [InlineData("v1.0/applications?$expand=owners", 3)]
    [InlineData("v1.0/applications?$top=5", 1)]
    [InlineData("v1.0/applications?$top=5&$select=id", 1)]
    [InlineData("v1.0/applications?$top=20&$select=id&$expand=owners", 2)]
    [InlineData("v1.0/servicePrincipals", 1)]
    [InlineData("v1.0/servicePrincipals?$expand=owners", 2)]
    [InlineData("v1.0/oauth2PermissionGrants", 2)]
    [InlineData("v1.0/roleManagement/directory/roleAssignments", 1)]
    public async Task A_request_costs_what_is_published(string path, int units)
    {
        await using var graph = await GraphTestCaller.StartAsync(50, _clock);

        Assert.Equal(units.ToString(CultureInfo.InvariantCulture), (await graph.GetAsync(path)).Headers["x-ms-resource-unit"]);
    }

    [Fact]
    public async Task The_directory_throttles_by_units_and_warns_before()
    {
        await using var graph = await GraphTestCaller.StartAsync(50, _clock);
        const string Path = "v1.0/applications?$expand=owners&$top=20";
        var batch = $$"""{"requests":[{{string.Join(',', Enumerable.Range(0, 20).Select(id =>
            $$"""{"id":"{{id}}","method":"GET","url":"/applications?$expand=owners&$top=20"}"""))}}]}""";

        // 3,500 units for a tenant of fewer than 50 users: 58 batches of 60 units, and 6 requests of 3.
        for (var sent = 0; sent < 58; sent++)
        {
            var answered = await graph.SendAsync(HttpMethod.Post, "v1.0/$batch", batch);
            Assert.DoesNotContain("TooManyRequests", answered.Body, StringComparison.Ordinal);
        }

        var warned = await graph.GetAsync(Path);
        for (var sent = 0; sent < 5; sent++)
        {
            Assert.Equal(200, (await graph.GetAsync(Path)).Status);
        }

        var throttled = await graph.GetAsync(Path);
        _clock.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal("1.00", warned.Headers["x-ms-throttle-limit-percentage"]);
        Assert.Equal((429, "TooManyRequests"), GraphTestCaller.Refusal(throttled));
        Assert.Equal("10", throttled.Headers["Retry-After"]);
        Assert.Equal("ResourceUnitLimitExceeded", throttled.Headers["x-ms-throttle-information"]);
        var again = await graph.GetAsync(Path);
        Assert.Equal(200, again.Status);
        Assert.DoesNotContain("x-ms-throttle-limit-percentage", again.Headers.Keys);
    }

    [Fact]
    public async Task Key_credentials_are_read_150_times_a_minute_by_all_applications_together()
    {
        await using var graph = await GraphTestCaller.StartAsync(50, _clock);
        for (var request = 0; request < 150; request++)
        {
            Assert.Equal(200, (await graph.GetAsync("v1.0/applications?$select=id,keyCredentials&$top=1")).Status);
        }

        var throttled = await graph.GetAsync("v1.0/servicePrincipals?$select=keyCredentials");

        Assert.Equal("60", throttled.Headers["Retry-After"]);
        Assert.Equal(200, (await graph.GetAsync("v1.0/servicePrincipals?$select=id")).Status);
    }

    [Theory]
    [InlineData("v1.0/servicePrincipals", "Application.Read.All")]
    [InlineData("v1.0/applications/delta", "Application.Read.All")]
    [InlineData("v1.0/applications", "Directory.Read.All")]
    [InlineData("v1.0/oauth2PermissionGrants", "Directory.Read.All")]
    [InlineData("v1.0/servicePrincipals/microsoft.graph.agentIdentity", "AgentIdentity.Read.All")]
    [InlineData("v1.0/roleManagement/directory/roleAssignments", "RoleManagement.Read.Directory")]
    [InlineData("v1.0/roleManagement/directory/roleAssignmentScheduleInstances", "RoleAssignmentSchedule.Read.Directory")]
    [InlineData("v1.0/roleManagement/directory/roleEligibilityScheduleInstances", "RoleEligibilitySchedule.Read.Directory")]
    [InlineData("v1.0/identityProtection/riskyServicePrincipals", "IdentityRiskyServicePrincipal.Read.All")]
    [InlineData("v1.0/identityProtection/servicePrincipalRiskDetections", "IdentityRiskEvent.Read.All")]
    [InlineData("v1.0/identity/conditionalAccess/policies", "Policy.Read.All")]
    [InlineData("v1.0/policies/defaultAppManagementPolicy", "Policy.Read.All")]
    [InlineData("v1.0/directory/attributeSets", "CustomSecAttributeDefinition.Read.All")]
    [InlineData("v1.0/identityGovernance/accessReviews/definitions", "AccessReview.Read.All")]
    [InlineData("beta/directory/recommendations", "DirectoryRecommendations.Read.All")]
    [InlineData("beta/reports/servicePrincipalSignInActivities", "AuditLog.Read.All")]
    public async Task Without_its_permission_a_collection_is_refused(string path, string permission)
    {
        await using var graph = await GraphTestCaller.StartAsync(50, permissions: ["User.Read.All"]);

        var before = await graph.GetAsync(path);
        graph.Grant(permission);
        var after = await graph.GetAsync(path);

        Assert.Equal((403, "Authorization_RequestDenied"), GraphTestCaller.Refusal(before));
        Assert.True(after.Status == 200, after.Body);
    }

    [Fact]
    public async Task A_report_of_beta_is_unknown_in_the_released_version()
    {
        await using var graph = await GraphTestCaller.StartAsync(10);

        Assert.Equal(400, (await graph.GetAsync("v1.0/reports/servicePrincipalSignInActivities")).Status);
    }

    [Fact]
    public async Task Owners_are_hidden_from_who_may_not_read_users()
    {
        await using var graph = await GraphTestCaller.StartAsync(50, permissions: ["Application.Read.All"]);
        const string Path = "v1.0/applications?$expand=owners&$select=id";

        var hidden = await OwnersAsync();
        graph.Grant("User.ReadBasic.All");
        var shown = await OwnersAsync();

        Assert.NotEmpty(hidden);
        Assert.All(hidden, owner => Assert.Null(owner));
        Assert.All(shown, owner => Assert.NotNull(owner));
        async Task<List<string?>> OwnersAsync() =>
            [.. (await graph.AllAsync(Path)).Rows.SelectMany(row => row.GetProperty("owners").EnumerateArray())
                .Where(owner => owner.GetProperty("@odata.type").GetString() == "#microsoft.graph.user")
                .Select(owner => owner.GetProperty("displayName").GetString())];
    }

    [Fact]
    public async Task Custom_security_attributes_need_a_permission_of_their_own()
    {
        await using var graph = await GraphTestCaller.StartAsync(50, permissions: ["Application.Read.All"]);
        var first = (await graph.GetAsync("v1.0/servicePrincipals")).Json.GetProperty("value")[0];
        var paths = new[]
        {
            "v1.0/servicePrincipals?$select=id,customSecurityAttributes",
            $"v1.0/servicePrincipals/{first.GetProperty("id")}?$select=customSecurityAttributes",
            "v1.0/servicePrincipals?$count=true&$filter=customSecurityAttributes/Governance/Owner eq 'team-0'",
        };
        Assert.False(first.TryGetProperty("customSecurityAttributes", out _));
        foreach (var path in paths)
        {
            Assert.Equal(403, (await graph.GetAsync(path, ("ConsistencyLevel", "eventual"))).Status);
        }

        graph.Grant("CustomSecAttributeAssignment.Read.All");

        foreach (var path in paths)
        {
            Assert.Equal(200, (await graph.GetAsync(path, ("ConsistencyLevel", "eventual"))).Status);
        }
    }

    [Theory]
    [InlineData("v1.0/identityProtection/riskyServicePrincipals", EmulatedLicences.WorkloadIdPremium, 403, "Forbidden")]
    [InlineData(
        "v1.0/identityGovernance/accessReviews/definitions", EmulatedLicences.EntraP2 | EmulatedLicences.Governance, 403, "Forbidden")]
    [InlineData(
        "v1.0/roleManagement/directory/roleEligibilityScheduleInstances", EmulatedLicences.EntraP2 | EmulatedLicences.Governance, 400,
        "AadPremiumLicenseRequired")]
    [InlineData(
        "beta/reports/appCredentialSignInActivities", EmulatedLicences.EntraP1 | EmulatedLicences.EntraP2, 403,
        "Authentication_RequestFromNonPremiumTenantOrB2CTenant")]
    public async Task Without_its_licence_a_collection_is_refused(string path, EmulatedLicences licence, int status, string code)
    {
        await using var graph = await GraphTestCaller.StartAsync(50);
        Assert.Equal(200, (await graph.GetAsync(path)).Status);

        graph.Options.Licences = EmulatedLicences.All & ~licence;

        Assert.Equal((status, code), GraphTestCaller.Refusal(await graph.GetAsync(path)));
    }

    [Fact]
    public async Task Detections_hide_their_details_without_the_licence()
    {
        await using var graph = await GraphTestCaller.StartAsync(50);
        graph.Options.Licences = EmulatedLicences.None;

        var (rows, _) = await graph.AllAsync("v1.0/identityProtection/servicePrincipalRiskDetections");

        Assert.NotEmpty(rows);
        Assert.All(rows, row => Assert.Equal(
            ("hidden", "hidden"), (row.GetProperty("riskLevel").GetString(), row.GetProperty("riskDetail").GetString())));
        Assert.All(rows, row => Assert.Equal(0, row.GetProperty("keyIds").GetArrayLength()));
    }
}

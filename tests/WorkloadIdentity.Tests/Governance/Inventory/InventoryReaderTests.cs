using System.Net;
using WorkloadIdentity.Governance;

namespace WorkloadIdentity.Tests;

public sealed class InventoryReaderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;
    private readonly FakeClock _clock = new();
    private readonly FakeGraph _graph;

    public InventoryReaderTests()
    {
        _graph = new FakeGraph(_clock)
            .List(
                "/v1.0/servicePrincipals",
                Principal("sp-api", $"\"appRoles\":[{Role("r-read", "Mail.Read")}]"),
                Principal("sp-1", "\"createdDateTime\":\"2025-06-01T00:00:00Z\""))
            .List(
                "/v1.0/applications",
                """
                {"id":"app-1","appId":"c-sp-1","displayName":"Orders",
                  "passwordCredentials":[{"keyId":"k-1","endDateTime":"2026-02-01T00:00:00Z","hint":"abc"}]}
                """)
            .List(
                "/v1.0/servicePrincipals/sp-api/appRoleAssignedTo",
                Assignment("r-read", "sp-1"),
                Assignment("r-gone", "sp-1"),
                Assignment("r-read", "user-1"))
            .List("/v1.0/oauth2PermissionGrants", Grant("g-1", "AllPrincipals"), Grant("g-2", "Principal"), Grant("g-3", "Principal"))
            .List(
                "/v1.0/roleManagement/directory/roleDefinitions",
                """{"id":"rd","displayName":"Global Administrator","templateId":"t"}""")
            .List(
                "/v1.0/roleManagement/directory/roleAssignments",
                """{"id":"1","principalId":"sp-1","roleDefinitionId":"rd","directoryScopeId":"/"}""",
                """{"id":"2","principalId":"user-1","roleDefinitionId":"rd"}""")
            .List(
                "/beta/reports/servicePrincipalSignInActivities",
                """{"appId":"c-sp-1","lastSignInActivity":{"lastSignInDateTime":"2025-12-30T00:00:00Z"}}""")
            .List(
                "/beta/reports/appCredentialSignInActivities",
                """{"appId":"c-sp-1","keyId":"k-1","signInActivity":{"lastSignInDateTime":"2025-12-31T00:00:00-8:00"}}""")
            .List(
                "/v1.0/identityProtection/riskyServicePrincipals",
                """{"id":"sp-1","riskLevel":"high","riskState":"atRisk","riskLastUpdatedDateTime":"2021-08-14T13:06:51.8202975Z)"}""")
            .List(
                "/v1.0/identityProtection/servicePrincipalRiskDetections",
                """
                {"id":"d","servicePrincipalId":"sp-1","riskEventType":"leakedCredentials","riskState":"atRisk","keyIds":["K-1"]}
                """)
            .List(
                "/v1.0/identity/conditionalAccess/policies",
                """{"id":"users","conditions":{"users":{}}}""",
                """
                {"id":"sps","conditions":{"clientApplications":{"includeServicePrincipals":["ServicePrincipalsInMyTenant"]}}}
                """);
    }

    private InventoryOptions Kept => new() { StateFolder = _folder };

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Everything_known_of_an_identity_is_in_one_place()
    {
        var inventory = await _graph.ReadAsync();

        var orders = One(inventory);
        Assert.Equal(
            ("app-1", "c-sp-1", IdentityKind.Application),
            (orders.ApplicationId!.Value.Value, orders.ClientId.Value, orders.Kind));
        var credential = Assert.Single(orders.Credentials);
        Assert.Equal(new DateTimeOffset(2025, 12, 31, 8, 0, 0, TimeSpan.Zero), credential.LastUsedOn);
        Assert.True(credential.IsLeaked);
        Assert.Equal(["Mail.Read", null], orders.AppRoles!.Select(role => role.Value));
        Assert.Equal([(true, 0), (false, 2)], orders.DelegatedGrants!.Select(grant => (grant.IsForAllUsers, grant.Users)));
        Assert.Equal(["User.Read", "Mail.Read"], orders.DelegatedGrants![0].Scopes);
        Assert.Equal("Global Administrator", Assert.Single(orders.DirectoryRoles!).Name);
        Assert.Equal(new DateTimeOffset(2025, 12, 30, 0, 0, 0, TimeSpan.Zero), orders.Activity!.LastSignIn);
        Assert.Equal(RiskLevel.High, orders.Risk!.Level);
        Assert.Equal(["sps"], inventory.Policies!.Select(policy => policy.Id));
        Assert.Contains("1 dates", Assert.Single(inventory.Section(InventorySectionName.Risk).Notes), StringComparison.Ordinal);
        Assert.All(inventory.Sections, section => Assert.Equal(SectionState.Complete, section.State));
        Assert.Equal(FakeGraph.Tenant, inventory.TenantId);
    }

    [Fact]
    public async Task Nothing_found_is_empty_and_not_null()
    {
        var api = (await _graph.ReadAsync()).Identities.Single(identity => identity.Id!.Value.Value == "sp-api");

        Assert.Empty(api.Owners!);
        Assert.Empty(api.AppRoles!);
        Assert.Empty(api.DelegatedGrants!);
        Assert.Empty(api.DirectoryRoles!);
        Assert.Empty(api.Federations!);
        Assert.Equal(new IdentityActivity(), api.Activity);
        Assert.Equal(RiskLevel.None, api.Risk!.Level);
    }

    [Theory]
    [InlineData("/v1.0/oauth2PermissionGrants", InventorySectionName.DelegatedGrants, "Directory.Read.All")]
    [InlineData("/v1.0/roleManagement/directory/roleAssignments", InventorySectionName.DirectoryRoles, "RoleManagement.Read.Directory")]
    [InlineData("/beta/reports/servicePrincipalSignInActivities", InventorySectionName.SignIns, "AuditLog.Read.All")]
    [InlineData("/v1.0/identityProtection/riskyServicePrincipals", InventorySectionName.Risk, "IdentityRiskyServicePrincipal.Read.All")]
    [InlineData("/v1.0/identity/conditionalAccess/policies", InventorySectionName.ConditionalAccess, "Policy.Read.All")]
    [InlineData("attributes", InventorySectionName.CustomSecurityAttributes, "CustomSecAttributeAssignment.Read.All")]
    [InlineData("/v1.0/servicePrincipals/microsoft.graph.agentIdentity", InventorySectionName.AgentIdentities, "AgentIdentity.Read.All")]
    public async Task A_permission_that_is_missing_makes_its_section_missing_and_names_the_permission(
        string path, InventorySectionName name, string permission)
    {
        _graph.Refuse(path);

        var inventory = await _graph.ReadAsync(Kept);

        var section = inventory.Section(name);
        Assert.NotEqual(SectionState.Complete, section.State);
        Assert.Equal(permission, section.Permission);
        Assert.Contains(permission, section.Reason, StringComparison.Ordinal);
        Assert.Equal(SectionState.Complete, inventory.Section(InventorySectionName.Owners).State);
    }

    [Fact]
    public async Task A_section_that_is_missing_leaves_its_values_null()
    {
        _graph.Refuse("/v1.0/oauth2PermissionGrants").Refuse("/beta/reports/appCredentialSignInActivities")
            .Refuse("/beta/reports/servicePrincipalSignInActivities").Refuse("/v1.0/identity/conditionalAccess/policies");

        var inventory = await _graph.ReadAsync();

        var orders = One(inventory);
        Assert.Null(orders.DelegatedGrants);
        Assert.Null(orders.Activity);
        Assert.Null(inventory.Policies);
        Assert.False(orders.Credentials[0].IsUseKnown);
    }

    [Fact]
    public async Task A_missing_licence_is_told_apart_from_a_missing_permission()
    {
        _graph.Refuse(
            "/v1.0/roleManagement/directory/roleEligibilityScheduleInstances", HttpStatusCode.BadRequest, "AadPremiumLicenseRequired");

        var section = (await _graph.ReadAsync()).Section(InventorySectionName.EligibleDirectoryRoles);

        Assert.Contains("Microsoft Entra ID P2", section.Reason, StringComparison.Ordinal);
        Assert.StartsWith("The tenant lacks a licence.", section.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_applications_there_is_no_inventory()
    {
        _graph.Refuse("/v1.0/servicePrincipals");

        Assert.Equal(
            GraphErrorKind.PermissionMissing, (await Assert.ThrowsAsync<GraphException>(() => _graph.ReadAsync())).Error.Kind);
    }

    [Fact]
    public async Task Owners_beyond_twenty_are_read_again()
    {
        var twenty = string.Join(',', Enumerable.Range(0, 20).Select(Owner));
        _graph.List("/v1.0/servicePrincipals", Principal("sp-1", $"\"owners\":[{twenty}]"))
            .List("/v1.0/servicePrincipals/sp-1/owners", [.. Enumerable.Range(0, 23).Select(Owner)]);

        var owners = One(await _graph.ReadAsync()).Owners!;

        Assert.Equal(23, owners.Count);
        Assert.Contains("/v1.0/$batch", _graph.Sent);
        Assert.True(owners[0].IsHidden);
        Assert.Equal(("user", "U1", OwnerSource.ServicePrincipal), (owners[1].Type, owners[1].DisplayName, owners[1].Source));
    }

    [Fact]
    public async Task The_expression_of_a_flexible_credential_is_read_from_beta()
    {
        _graph.List(
                "/v1.0/applications",
                """
                {"id":"app-1","appId":"c-sp-1",
                  "federatedIdentityCredentials":[{"id":"f","name":"f","issuer":"i","subject":null}]}
                """)
            .List(
                "/beta/applications/app-1/federatedIdentityCredentials",
                """
                {"id":"f","name":"f","issuer":"i","subject":null,
                  "claimsMatchingExpression":{"languageVersion":1,"value":"claims['sub'] matches 'repo:*'"}}
                """);

        var federation = Assert.Single(One(await _graph.ReadAsync()).Federations!);

        Assert.Equal("claims['sub'] matches 'repo:*'", federation.ClaimsMatchingExpression!.Value);
    }

    [Fact]
    public async Task A_second_reading_reads_changes_only()
    {
        await _graph.ReadAsync(Kept);
        _graph.List(
            "/v1.0/servicePrincipals/delta",
            """{"id":"sp-1","displayName":"Renamed"}""",
            """{"id":"sp-api","@removed":{"reason":"deleted"}}""");
        var before = _graph.Sent.Count;
        _clock.Advance(TimeSpan.FromHours(20));

        var second = await _graph.ReadAsync(Kept);

        Assert.Equal(4, _graph.Sent.Count - before);
        Assert.Equal(4, second.Requests);
        var orders = Assert.Single(second.Identities);
        Assert.Equal("Renamed", orders.DisplayName);
        Assert.Equal(new DateTimeOffset(2025, 6, 1, 0, 0, 0, TimeSpan.Zero), orders.CreatedOn);
        var owners = second.Section(InventorySectionName.Owners).ReadAt!.Value;
        Assert.Equal(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), owners, TimeSpan.FromMinutes(5));
        Assert.Equal(second.ReadAt, second.Section(InventorySectionName.ServicePrincipals).ReadAt!.Value, TimeSpan.FromMinutes(5));
        Assert.Equal(1, second.Section(InventorySectionName.ServicePrincipals).Rows);
        Assert.NotNull(orders.DirectoryRoles);
    }

    [Fact]
    public async Task A_section_that_is_too_old_and_a_fresh_reading_are_read_again()
    {
        await _graph.ReadAsync(Kept);
        var first = _graph.Sent.Count;
        _clock.Advance(TimeSpan.FromHours(25));
        await _graph.ReadAsync(Kept);
        var second = _graph.Sent.Count - first;
        await _graph.ReadAsync(new InventoryOptions { StateFolder = _folder, Fresh = true });

        Assert.InRange(second, first - 3, first);
        Assert.Equal(first, _graph.Sent.Count - first - second);
    }

    [Fact]
    public async Task A_link_to_changes_that_expired_leads_to_a_full_reading_and_is_told()
    {
        await _graph.ReadAsync(Kept);
        _graph.Instead = target => target.StartsWith("/v1.0/servicePrincipals/delta?$deltatoken=next", StringComparison.Ordinal)
            ? FakeGraph.Error(HttpStatusCode.Gone, "syncStateNotFound")
            : null;

        var second = await _graph.ReadAsync(Kept);

        Assert.Equal(2, second.Identities.Count);
        var note = Assert.Single(second.Section(InventorySectionName.ServicePrincipals).Notes);
        Assert.Contains("read in full", note, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_identity_that_is_newer_than_a_section_is_not_known_there()
    {
        await _graph.ReadAsync(Kept);
        _clock.Advance(TimeSpan.FromHours(5));
        _graph.List("/v1.0/servicePrincipals/delta", Principal("sp-new", "\"createdDateTime\":\"2026-01-01T04:00:00Z\""));

        var second = await _graph.ReadAsync(Kept);

        var added = second.Identities.Single(identity => identity.Id!.Value.Value == "sp-new");
        Assert.Null(added.Owners);
        Assert.Null(added.AppRoles);
        Assert.NotNull(added.DelegatedGrants);
        Assert.Contains("1 service principals", Assert.Single(second.Section(InventorySectionName.Owners).Notes), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reading_that_was_cancelled_goes_on_where_it_stopped()
    {
        _graph.PageSize = 1;
        using var cancel = new CancellationTokenSource();
        _graph.Instead = target =>
        {
            if (target.Contains("servicePrincipals?$skiptoken=1", StringComparison.Ordinal))
            {
                cancel.Cancel();
            }

            return null;
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _graph.ReadAsync(Kept, cancel.Token));
        var before = _graph.Sent.Count;
        _graph.Instead = null;

        var inventory = await _graph.ReadAsync(Kept);

        Assert.Equal(2, inventory.Identities.Count);
        Assert.DoesNotContain(_graph.Sent.Skip(before), target =>
            target.StartsWith("/v1.0/servicePrincipals?$select=id,appId", StringComparison.Ordinal));
        Assert.Single(Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task A_failure_of_Graph_makes_a_section_partial_and_the_next_reading_reads_it_again()
    {
        _graph.Instead = target => target.StartsWith("/v1.0/oauth2PermissionGrants?", StringComparison.Ordinal)
            ? FakeGraph.Error(HttpStatusCode.InternalServerError, "x")
            : null;
        Assert.Equal(SectionState.Missing, (await _graph.ReadAsync(Kept)).Section(InventorySectionName.DelegatedGrants).State);
        _graph.Instead = null;

        Assert.Equal(SectionState.Complete, (await _graph.ReadAsync(Kept)).Section(InventorySectionName.DelegatedGrants).State);
    }

    [Fact]
    public async Task A_token_that_is_revoked_midway_ends_the_reading_and_the_next_one_goes_on()
    {
        _graph.Instead = target => target.StartsWith("/v1.0/applications?", StringComparison.Ordinal)
            ? FakeGraph.Error(HttpStatusCode.Unauthorized, "InvalidAuthenticationToken")
            : null;
        Assert.Equal(
            GraphErrorKind.Unauthorized, (await Assert.ThrowsAsync<GraphException>(() => _graph.ReadAsync(Kept))).Error.Kind);
        var before = _graph.Sent.Count;
        _graph.Instead = null;

        Assert.Equal(2, (await _graph.ReadAsync(Kept)).Identities.Count);
        Assert.DoesNotContain(_graph.Sent.Skip(before), target =>
            target.StartsWith("/v1.0/servicePrincipals?$select=id,appId", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_damaged_state_file_is_told_and_the_tenant_is_read_in_full()
    {
        await _graph.ReadAsync(Kept);
        var path = Assert.Single(Directory.GetFiles(_folder));
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..^10]);

        var second = await _graph.ReadAsync(Kept);

        Assert.Contains("damaged", Assert.Single(second.Notes), StringComparison.Ordinal);
        Assert.Equal(2, second.Identities.Count);
    }

    [Fact]
    public async Task The_state_holds_no_secret_and_no_hint_of_one()
    {
        await _graph.ReadAsync(Kept);

        var text = File.ReadAllText(Assert.Single(Directory.GetFiles(_folder)));
        Assert.Contains("k-1", text, StringComparison.Ordinal);
        Assert.DoesNotContain("hint", text, StringComparison.Ordinal);
        Assert.DoesNotContain("abc", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_tenant_is_asked_for_or_named()
    {
        _graph.Refuse("/v1.0/organization");
        var refused = await Assert.ThrowsAsync<GraphException>(() => _graph.ReadAsync());
        Assert.Contains("GraphClientOptions.TenantId", refused.Message, StringComparison.Ordinal);

        using var client = _graph.Client(new GraphClientOptions { TenantId = FakeGraph.Tenant });
        Assert.Equal(FakeGraph.Tenant, (await _clock.RunUntilAsync(new InventoryReader(client).ReadAsync())).TenantId);
    }

    [Fact]
    public async Task Reviews_come_with_the_decisions_of_their_latest_round()
    {
        const string Root = "/v1.0/identityGovernance/accessReviews/definitions";
        _graph.List(
                Root,
                """{"id":"rev","scope":{"query":"…isof(principal,'microsoft.graph.servicePrincipal')…"}}""",
                """{"id":"users","scope":{"query":"/groups"}}""")
            .List(
                $"{Root}/rev/instances",
                """{"id":"old","startDateTime":"2025-01-01T00:00:00Z"}""",
                """{"id":"new","startDateTime":"2025-10-01T00:00:00Z"}""")
            .List($"{Root}/rev/instances/new/decisions", """{"id":"d","principal":{"id":"sp-1"},"decision":"Deny"}""");

        var review = Assert.Single((await _graph.ReadAsync(Kept)).AccessReviews!);

        Assert.Equal("Deny", Assert.Single(review.Decisions).Decision);
    }

    [Fact]
    public async Task Progress_is_reported_up_to_the_last_section()
    {
        var reports = new List<InventoryProgress>();
        using var client = _graph.Client();

        await _clock.RunUntilAsync(new InventoryReader(client).ReadAsync(new Reports(reports)));

        var last = reports[^1];
        Assert.Equal(last.Sections, last.SectionsDone);
        Assert.Equal(client.Requests, last.Requests + 1);
    }

    private static InventoriedIdentity One(TenantInventory inventory) =>
        inventory.Identities.Single(identity => identity.Id!.Value.Value == "sp-1");

    private static string Principal(string id, string more) =>
        $$"""{"id":"{{id}}","appId":"c-{{id}}","displayName":"{{id}}","servicePrincipalType":"Application",{{more}}}""";

    private static string Role(string id, string value) =>
        $$"""{"id":"{{id}}","value":"{{value}}","allowedMemberTypes":["Application"]}""";

    private static string Assignment(string role, string principal) =>
        $$"""{"id":"a","appRoleId":"{{role}}","principalId":"{{principal}}","resourceId":"sp-api"}""";

    private static string Grant(string id, string consent) =>
        $$"""{"id":"{{id}}","clientId":"sp-1","resourceId":"sp-api","consentType":"{{consent}}","scope":" User.Read Mail.Read"}""";

    private static string Owner(int n) => n == 0
        ? """{"@odata.type":"#microsoft.graph.user","id":"u-0","displayName":null}"""
        : $$"""{"@odata.type":"#microsoft.graph.user","id":"u-{{n}}","displayName":"U{{n}}"}""";

    private sealed class Reports(List<InventoryProgress> list) : IProgress<InventoryProgress>
    {
        public void Report(InventoryProgress value)
        {
            lock (list)
            {
                list.Add(value);
            }
        }
    }
}

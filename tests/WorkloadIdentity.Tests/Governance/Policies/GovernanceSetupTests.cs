using System.Text.Json.Nodes;
using WorkloadIdentity.Governance;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Tests;

/// <summary>Creating and changing policies, reviews and attributes, against the emulator's Graph, which refuses other shapes.</summary>
public sealed class GovernanceSetupTests
{
    private const string Role = "62e90394-69f5-4237-9190-012177145e10";
    private const string Access = "v1.0/identity/conditionalAccess/policies";
    private const string Reviews = "v1.0/identityGovernance/accessReviews/definitions";
    private const string AppPolicies = "v1.0/policies/appManagementPolicies";
    private const string Api = "797f4846-ba00-4fd7-ba43-dac1f8f63013";
    private const string Office = "00000000-0000-0000-0000-000000000001";
    private static readonly string Reviewer = Guid.NewGuid().ToString();

    private static readonly string[] Permissions =
    [
        "Policy.ReadWrite.ConditionalAccess", "Policy.Read.All", "Application.ReadWrite.All", "AccessReview.ReadWrite.All",
        "CustomSecAttributeAssignment.ReadWrite.All", "Policy.ReadWrite.ApplicationConfiguration",
    ];

    [Fact]
    public async Task A_new_policy_only_reports_and_a_second_plan_is_empty()
    {
        await using var bench = await StartAsync();
        var setup = new GovernanceSetup(bench.Graph);

        var plan = await setup.PlanConditionalAccessAsync(Policy());
        Assert.Null(await FindAsync(bench, Access, "Block workloads"));
        Assert.Contains("\"state\":\"enabledForReportingButNotEnforced\"", Assert.Single(plan.Changes).What, StringComparison.Ordinal);
        Assert.Empty(plan.Notes);
        await plan.ApplyAsync();

        var made = (await FindAsync(bench, Access, "Block workloads"))!;
        Assert.Equal($"id {made["id"]}", plan.Changes[0].Outcome);
        Assert.Equal("enabledForReportingButNotEnforced", (string?)made["state"]);
        Assert.Equal("""["all"]""", made["conditions"]!["clientAppTypes"]!.ToJsonString());
        Assert.Equal("""{"includeApplications":["All"]}""", made["conditions"]!["applications"]!.ToJsonString());
        Assert.Equal("""{"operator":"OR","builtInControls":["block"]}""", made["grantControls"]!.ToJsonString());
        Assert.True((await setup.PlanConditionalAccessAsync(Policy())).IsEmpty);
    }

    [Fact]
    public async Task A_change_names_what_changes_keeps_the_rest_and_warns_before_it_blocks()
    {
        await using var bench = await StartAsync();
        var setup = new GovernanceSetup(bench.Graph);
        await (await setup.PlanConditionalAccessAsync(Policy(wanted => wanted with { Apis = [Api], Risks = [RiskLevel.High] })))
            .ApplyAsync();

        var plan = await setup.PlanConditionalAccessAsync(
            Policy(wanted => wanted with { State = ConditionalAccessState.Enabled, Except = ["AllTrusted", Office] }));

        Assert.Equal(
            "Change state from \"enabledForReportingButNotEnforced\" to \"enabled\"; conditions/locations/excludeLocations from "
                + $"[\"AllTrusted\"] to [\"AllTrusted\",\"{Office}\"].",
            Assert.Single(plan.Changes).What);
        Assert.Equal(
            "Change state back to \"enabledForReportingButNotEnforced\"; conditions/locations/excludeLocations back to [\"AllTrusted\"].",
            plan.Changes[0].Undo);
        Assert.Contains("blocks tokens as soon as", Assert.Single(plan.Notes), StringComparison.Ordinal);
        await plan.ApplyAsync();
        var changed = (await FindAsync(bench, Access, "Block workloads"))!;
        Assert.Equal("enabled", (string?)changed["state"]);
        Assert.Equal("""["high"]""", changed["conditions"]!["servicePrincipalRiskLevels"]!.ToJsonString());
        Assert.Equal([Api], changed["conditions"]!["applications"]!["includeApplications"]!.AsArray().Select(each => (string?)each));
        Assert.Equal("""["all"]""", changed["conditions"]!["clientAppTypes"]!.ToJsonString());
        Assert.Equal("""["block"]""", changed["grantControls"]!["builtInControls"]!.ToJsonString());
    }

    [Fact]
    public async Task A_policy_is_found_by_its_id_and_renamed()
    {
        await using var bench = await StartAsync();
        var setup = new GovernanceSetup(bench.Graph);
        var made = await setup.PlanConditionalAccessAsync(Policy());
        await made.ApplyAsync();
        var id = made.Changes[0].Outcome![3..];

        await (await setup.PlanConditionalAccessAsync(new ConditionalAccessPolicy { Id = id, DisplayName = "Another name" })).ApplyAsync();

        Assert.Null(await FindAsync(bench, Access, "Block workloads"));
        Assert.Equal(id, (string?)(await FindAsync(bench, Access, "Another name"))!["id"]);
        var refused = await Assert.ThrowsAsync<ChangeRefusedException>(() => setup.PlanConditionalAccessAsync(
            new ConditionalAccessPolicy { Id = Guid.NewGuid().ToString(), DisplayName = "Another name" }));
        Assert.Contains("Leave the id out to create one", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_policy_about_users_is_left_alone()
    {
        await using var bench = await StartAsync();

        var refused = await Assert.ThrowsAsync<ChangeRefusedException>(() => new GovernanceSetup(bench.Graph).PlanConditionalAccessAsync(
            Policy(wanted => wanted with { Name = "Require multifactor authentication for administrators" })));

        Assert.Contains("is about users", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_id_that_no_policy_covers_is_refused_before_anything_is_written()
    {
        await using var bench = await StartAsync();
        var application = bench.Entra.AddApplication();
        var rows = (await bench.SendAsync("GET", "v1.0/servicePrincipals?$select=id,servicePrincipalType,appOwnerOrganizationId")).Body!;
        string Find(Func<JsonNode, bool> matches) => (string)rows["value"]!.AsArray().First(row => matches(row!))!["id"]!;
        var managed = Find(row => (string?)row["servicePrincipalType"] == "ManagedIdentity");
        var foreign = Find(row => (string?)row["servicePrincipalType"] == "Application"
            && (string?)row["appOwnerOrganizationId"] != bench.Entra.Tenant.Id);

        Assert.Contains("is not the object id of a service principal", await RefusalAsync(application.ClientId), StringComparison.Ordinal);
        Assert.Contains("is not the object id of a service principal", await RefusalAsync("orders"), StringComparison.Ordinal);
        Assert.Contains("is a managed identity", await RefusalAsync(managed), StringComparison.Ordinal);
        Assert.Contains("is an application of another tenant", await RefusalAsync(foreign), StringComparison.Ordinal);
        Assert.Contains("covers no workload", await RefusalAsync(), StringComparison.Ordinal);
        await (await new GovernanceSetup(bench.Graph).PlanConditionalAccessAsync(
            Policy(wanted => wanted with { Workloads = [application.ObjectId] }))).ApplyAsync();
        Assert.Equal(6 + 1, (await bench.SendAsync("GET", Access)).Body!["value"]!.AsArray().Count);

        async Task<string> RefusalAsync(params string[] ids) => (await Assert.ThrowsAsync<ChangeRefusedException>(() =>
            new GovernanceSetup(bench.Graph).PlanConditionalAccessAsync(Policy(wanted => wanted with { Workloads = ids })))).Message;
    }

    [Fact]
    public async Task What_cannot_be_asked_of_a_workload_is_an_argument_error()
    {
        await using var bench = await StartAsync();
        var setup = new GovernanceSetup(bench.Graph);

        await Assert.ThrowsAsync<ArgumentException>(() => setup.PlanConditionalAccessAsync(new ConditionalAccessPolicy()));
        await Assert.ThrowsAsync<ArgumentException>(() => setup.PlanConditionalAccessAsync(new ConditionalAccessPolicy
        {
            DisplayName = "x",
            GrantControls = new ConditionalAccessGrant { BuiltInControls = ["block", "mfa"] },
        }));
        await Assert.ThrowsAsync<ArgumentException>(() => setup.PlanAttributesAsync(new ServicePrincipalId(Reviewer), []));
        await Assert.ThrowsAsync<ArgumentException>(() => setup.PlanAttributesAsync(
            new ServicePrincipalId(Reviewer), [AttributeAssignment.None("A", "b"), AttributeAssignment.Flag("A", "b", true)]));
        await Assert.ThrowsAsync<ArgumentException>(() => setup.PlanAppManagementPolicyAsync(new AppManagementPolicy()));
        await Assert.ThrowsAsync<ArgumentException>(() => setup.PlanAppManagementPolicyAsync(
            new AppManagementPolicy { Id = Guid.Empty.ToString(), IsEnabled = true }));
        await Assert.ThrowsAsync<ArgumentException>(() => setup.PlanAppManagementPolicyAsync(
            new AppManagementPolicy { DisplayName = "x", ApplicationRestrictions = new CredentialRestrictions() }));
        Assert.Throws<ArgumentException>(() => new AccessReviewRequest("x", "Global Administrator", Reviewer) { StartsOn = default });
        Assert.Throws<ArgumentException>(() => new AccessReviewRequest("x", Role) { StartsOn = default });
        Assert.Throws<ArgumentException>(() => new AccessReviewRequest("x", Role, "a@contoso.com") { StartsOn = default });
        Assert.Throws<ArgumentOutOfRangeException>(() => new AccessReviewRequest("x", Role, Reviewer) { StartsOn = default, Days = 28 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new AccessReviewRequest("x", Role, Reviewer) { StartsOn = default, Months = 0 });
    }

    [Fact]
    public async Task A_licence_and_a_permission_that_are_missing_are_told_and_nothing_is_written()
    {
        await using var bench = await StartAsync(EmulatedLicences.EntraP1);
        await using var reader = await ChangeBench.StartAsync(Options(), "Policy.Read.All", "Application.Read.All");
        var setup = new GovernanceSetup(bench.Graph);

        Assert.Equal(GraphErrorKind.LicenseMissing, await FailureAsync(() => setup.PlanConditionalAccessAsync(Policy())));
        Assert.Equal(GraphErrorKind.LicenseMissing, await FailureAsync(() => setup.PlanAccessReviewAsync(Review())));
        setup = new GovernanceSetup(reader.Graph);
        Assert.Equal(GraphErrorKind.PermissionMissing, await FailureAsync(() => setup.PlanConditionalAccessAsync(Policy())));
        Assert.Equal(GraphErrorKind.PermissionMissing, await FailureAsync(() => setup.PlanAccessReviewAsync(Review())));
        Assert.Equal(GraphErrorKind.PermissionMissing, await FailureAsync(() => setup.PlanAppManagementPolicyAsync(AppPolicy())));
        var principal = await FirstAsync(reader);
        Assert.Equal(GraphErrorKind.PermissionMissing, await FailureAsync(() => setup.PlanAttributesAsync(
            principal, [AttributeAssignment.Number("Governance", "CostCenter", 1)])));
        Assert.Null(await FindAsync(bench, Access, "Block workloads"));
        Assert.Null(await FindAsync(reader, Access, "Block workloads"));

        static async Task<GraphErrorKind> FailureAsync(Func<Task<ChangePlan>> plan) =>
            (await Assert.ThrowsAsync<GraphException>(async () => await (await plan()).ApplyAsync())).Error.Kind;
    }

    [Fact]
    public async Task A_review_is_created_and_replaced_as_a_whole_without_losing_what_is_not_named()
    {
        await using var bench = await StartAsync();
        var setup = new GovernanceSetup(bench.Graph);
        await (await setup.PlanAccessReviewAsync(Review())).ApplyAsync();
        var made = (await FindAsync(bench, Reviews, "Roles of workloads"))!;
        var whole = (JsonObject)made.DeepClone();
        whole["descriptionForAdmins"] = "Kept.";
        whole["settings"]!["recommendationLookBackDuration"] = "P30D";
        Assert.Equal(204, (await bench.SendAsync("PUT", $"{Reviews}/{made["id"]}", whole.ToJsonString())).Status);

        var plan = await setup.PlanAccessReviewAsync(Review(months: 6));
        Assert.Equal("Change settings/recurrence/pattern/interval from 3 to 6.", Assert.Single(plan.Changes).What);
        await plan.ApplyAsync();

        var changed = (await FindAsync(bench, Reviews, "Roles of workloads"))!;
        Assert.Equal("Kept.", (string?)changed["descriptionForAdmins"]);
        Assert.Equal("P30D", (string?)changed["settings"]!["recommendationLookBackDuration"]);
        Assert.Equal(6, (int)changed["settings"]!["recurrence"]!["pattern"]!["interval"]!);
        Assert.Equal((string?)made["id"], (string?)changed["id"]);
        Assert.Equal((string?)made["createdDateTime"], (string?)changed["createdDateTime"]);
        Assert.Contains($"roleDefinitionId eq '{Role}'", (string?)changed["scope"]!["query"], StringComparison.Ordinal);
        Assert.Equal($"/users/{Reviewer}", (string?)changed["reviewers"]![0]!["query"]);
        Assert.True((await setup.PlanAccessReviewAsync(Review(months: 6))).IsEmpty);
    }

    [Fact]
    public async Task A_review_that_Graph_answers_in_its_own_way_is_no_change()
    {
        await using var bench = await StartAsync();
        var setup = new GovernanceSetup(bench.Graph);
        await (await setup.PlanAccessReviewAsync(Review())).ApplyAsync();
        var made = (JsonObject)(await FindAsync(bench, Reviews, "Roles of workloads"))!;
        made["scope"]!["query"] = $"/v1.0{made["scope"]!["query"]}";
        made["reviewers"]![0]!["query"] = $"/v1.0{made["reviewers"]![0]!["query"]}";
        made["settings"]!["recurrence"]!["pattern"]!["dayOfMonth"] = 0;
        Assert.Equal(204, (await bench.SendAsync("PUT", $"{Reviews}/{made["id"]}", made.ToJsonString())).Status);

        Assert.True((await setup.PlanAccessReviewAsync(Review())).IsEmpty);
        var plan = await setup.PlanAccessReviewAsync(Review(removesDenied: true));
        Assert.Contains("removed without another question", Assert.Single(plan.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Attributes_are_written_with_their_types_and_removed()
    {
        await using var bench = await StartAsync();
        var setup = new GovernanceSetup(bench.Graph);
        var principal = await FirstAsync(bench);
        AttributeAssignment[] values =
        [
            AttributeAssignment.Texts("Engineering", "Project", "Baker", "Alpine"),
            AttributeAssignment.Number("Governance", "CostCenter", 4711), AttributeAssignment.Flag("Engineering", "Certification", true),
            AttributeAssignment.Text("Governance", "Environment", "Test"), AttributeAssignment.None("Governance", "Owner"),
        ];

        await (await setup.PlanAttributesAsync(principal, values)).ApplyAsync();

        var sets = await AttributesAsync(bench, principal);
        Assert.Equal("""["Baker","Alpine"]""", sets["Engineering"]!["Project"]!.ToJsonString());
        Assert.Equal(4711, (int)sets["Governance"]!["CostCenter"]!);
        Assert.True((bool)sets["Engineering"]!["Certification"]!);
        Assert.Null(sets["Governance"]!["Owner"]);
        Assert.True((await setup.PlanAttributesAsync(principal, values)).IsEmpty);
        var plan = await setup.PlanAttributesAsync(
            principal, [AttributeAssignment.None("Engineering", "Project"), AttributeAssignment.Number("Governance", "CostCenter", 4712)]);
        Assert.Equal(
            "Set Engineering_Project from [\"Baker\",\"Alpine\"] to nothing; Governance_CostCenter from 4711 to 4712.",
            plan.Changes[0].What);
        Assert.Equal("Set Engineering_Project back to [\"Baker\",\"Alpine\"]; Governance_CostCenter back to 4711.", plan.Changes[0].Undo);
        await plan.ApplyAsync();
        sets = await AttributesAsync(bench, principal);
        Assert.Null(sets["Engineering"]!["Project"]);
        Assert.Equal((4712, "Test"), ((int)sets["Governance"]!["CostCenter"]!, (string?)sets["Governance"]!["Environment"]));
        Assert.False((await setup.PlanAttributesAsync(principal, [AttributeAssignment.Text("Governance", "Environment", "test")])).IsEmpty);
    }

    [Fact]
    public async Task An_app_management_policy_forbids_what_it_says_for_the_application_that_has_it()
    {
        await using var bench = await StartAsync();
        var setup = new GovernanceSetup(bench.Graph);
        var application = bench.Entra.AddApplication();
        var client = new ClientId(application.ClientId);
        var made = await setup.PlanAppManagementPolicyAsync(AppPolicy());
        await made.ApplyAsync();
        var id = made.Changes[0].Outcome![3..];
        var plan = await setup.PlanAppManagementAssignmentAsync(client, id);
        Assert.Contains("replaces that of the tenant", Assert.Single(plan.Notes), StringComparison.Ordinal);

        Assert.Equal(200, await AddPasswordAsync());
        await plan.ApplyAsync();
        Assert.Equal(400, await AddPasswordAsync());

        var written = (await FindAsync(bench, AppPolicies, "Short secrets"))!;
        Assert.Equal((true, "Short secrets"), ((bool?)written["isEnabled"], (string?)written["description"]));
        Assert.True((await setup.PlanAppManagementPolicyAsync(AppPolicy())).IsEmpty);
        Assert.True((await setup.PlanAppManagementAssignmentAsync(client, id)).IsEmpty);
        var refused = await Assert.ThrowsAsync<ChangeRefusedException>(() => setup.PlanAppManagementRemovalAsync(id));
        Assert.Contains("because these have it", refused.Message, StringComparison.Ordinal);
        await (await setup.PlanAppManagementAssignmentAsync(client, null)).ApplyAsync();
        Assert.Equal(200, await AddPasswordAsync());
        await (await setup.PlanAppManagementRemovalAsync(id)).ApplyAsync();
        Assert.Null(await FindAsync(bench, AppPolicies, "Short secrets"));

        async Task<int> AddPasswordAsync() => (await bench.SendAsync(
            "POST", $"v1.0/applications(appId='{client}')/addPassword",
            $$$"""{"passwordCredential":{"endDateTime":"{{{TimeProvider.System.GetUtcNow().AddDays(60):O}}}"}}""")).Status;
    }

    [Fact]
    public async Task A_changed_restriction_keeps_its_exemptions_and_another_policy_takes_the_place_of_one()
    {
        await using var bench = await StartAsync();
        var setup = new GovernanceSetup(bench.Graph);
        var client = new ClientId(bench.Entra.AddApplication().ClientId);
        var first = await MakeAsync(AppPolicy());
        var exempt = """[{"restrictionType":"passwordLifetime","maxLifetime":"P30D","state":"enabled","excludeActors":{"a":1}}]""";
        Assert.Equal(204, (await bench.SendAsync(
            "PATCH", $"{AppPolicies}/{first}",
            $$$$"""{"restrictions":{"passwordCredentials":{{{{exempt}}}},"applicationRestrictions":{"x":1}}}""")).Status);

        await (await setup.PlanAppManagementPolicyAsync(AppPolicy(days: 20))).ApplyAsync();

        var changed = (await FindAsync(bench, AppPolicies, "Short secrets"))!["restrictions"]!;
        Assert.Equal("P20D", (string?)changed["passwordCredentials"]![0]!["maxLifetime"]);
        Assert.Equal(1, (int)changed["passwordCredentials"]![0]!["excludeActors"]!["a"]!);
        Assert.Equal(1, (int)changed["applicationRestrictions"]!["x"]!);
        var second = await MakeAsync(new AppManagementPolicy { DisplayName = "Off", IsEnabled = false });
        await (await setup.PlanAppManagementAssignmentAsync(client, first)).ApplyAsync();
        var plan = await setup.PlanAppManagementAssignmentAsync(client, second);
        Assert.Equal(2, plan.Changes.Count);
        Assert.Contains("This policy is off", plan.Notes[1], StringComparison.Ordinal);
        await plan.ApplyAsync();
        Assert.True((await setup.PlanAppManagementAssignmentAsync(client, second)).IsEmpty);

        async Task<string> MakeAsync(AppManagementPolicy policy)
        {
            var made = await setup.PlanAppManagementPolicyAsync(policy);
            await made.ApplyAsync();
            return made.Changes[0].Outcome![3..];
        }
    }

    [Fact]
    public async Task A_plan_that_is_out_of_date_is_refused_when_it_is_applied()
    {
        await using var bench = await StartAsync();
        var setup = new GovernanceSetup(bench.Graph);
        var principal = await FirstAsync(bench);
        foreach (var (plan, meanwhile) in new (Func<Task<ChangePlan>>, Func<Task<ChangePlan>>)[]
        {
            (() => setup.PlanConditionalAccessAsync(Policy()), () => setup.PlanConditionalAccessAsync(Policy())),
            (
                () => setup.PlanConditionalAccessAsync(Policy(wanted => wanted with { State = ConditionalAccessState.Enabled })),
                () => setup.PlanConditionalAccessAsync(Policy(wanted => wanted with { Except = [] }))),
            (() => setup.PlanAccessReviewAsync(Review()), () => setup.PlanAccessReviewAsync(Review())),
            (() => setup.PlanAccessReviewAsync(Review(months: 6)), () => setup.PlanAccessReviewAsync(Review(removesDenied: true))),
            (() => setup.PlanAppManagementPolicyAsync(AppPolicy()), () => setup.PlanAppManagementPolicyAsync(AppPolicy())),
            (
                () => setup.PlanAttributesAsync(principal, [AttributeAssignment.Number("Governance", "CostCenter", 1)]),
                () => setup.PlanAttributesAsync(principal, [AttributeAssignment.Number("Governance", "CostCenter", 2)])),
        })
        {
            var made = await plan();
            await (await meanwhile()).ApplyAsync();

            var refused = await Assert.ThrowsAsync<ChangeRefusedException>(() => made.ApplyAsync());
            Assert.Contains("since the plan was made", refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_plan_that_assigns_a_policy_is_refused_if_the_application_got_another_one_meanwhile()
    {
        await using var bench = await StartAsync();
        var setup = new GovernanceSetup(bench.Graph);
        var client = new ClientId(bench.Entra.AddApplication().ClientId);
        var ids = new List<string>();
        foreach (var name in (string[])["First", "Second", "Third"])
        {
            var made = await setup.PlanAppManagementPolicyAsync(new AppManagementPolicy { DisplayName = name });
            await made.ApplyAsync();
            ids.Add(made.Changes[0].Outcome![3..]);
        }

        // None, then the second in place of the first: somebody else gives the third.
        var plan = await setup.PlanAppManagementAssignmentAsync(client, ids[0]);
        await (await setup.PlanAppManagementAssignmentAsync(client, ids[2])).ApplyAsync();
        await RefusedAsync(plan);
        await (await setup.PlanAppManagementAssignmentAsync(client, ids[0])).ApplyAsync();
        plan = await setup.PlanAppManagementAssignmentAsync(client, ids[1]);
        await (await setup.PlanAppManagementAssignmentAsync(client, ids[2])).ApplyAsync();
        await RefusedAsync(plan);
        Assert.Equal(ids[2], await AssignedAsync());

        // It is so already, or it is gone already.
        plan = await setup.PlanAppManagementAssignmentAsync(client, ids[0]);
        await (await setup.PlanAppManagementAssignmentAsync(client, ids[0])).ApplyAsync();
        await plan.ApplyAsync();
        Assert.Equal(["it does not have it any more", "it has it already"], plan.Changes.Select(change => change.Outcome));
        Assert.Equal(ids[0], await AssignedAsync());

        // The policy is another one now.
        plan = await setup.PlanAppManagementAssignmentAsync(client, ids[1]);
        await (await setup.PlanAppManagementPolicyAsync(new AppManagementPolicy { Id = ids[1], IsEnabled = false })).ApplyAsync();
        await RefusedAsync(plan);

        static async Task RefusedAsync(ChangePlan plan) => Assert.Contains(
            "since the plan was made", (await Assert.ThrowsAsync<ChangeRefusedException>(() => plan.ApplyAsync())).Message,
            StringComparison.Ordinal);
        async Task<string?> AssignedAsync() => (string?)Assert.Single((await bench.SendAsync(
            "GET", $"v1.0/applications(appId='{client}')/appManagementPolicies")).Body!["value"]!.AsArray())!["id"];
    }

    [Fact]
    public async Task Two_machines_that_create_one_name_at_the_same_time_are_told()
    {
        await using var bench = await StartAsync();
        var setup = new GovernanceSetup(bench.Graph);
        var plan = await setup.PlanAppManagementPolicyAsync(AppPolicy());
        var other = "";
        bench.Steps.Reset(failAt: 0);
        bench.Steps.Failure = _ =>
        {
            // The other machine writes after this one has looked, and before it writes.
            var body = plan.Changes[0].What[plan.Changes[0].What.IndexOf('{', StringComparison.Ordinal)..];
            other = (string)Task.Run(() => bench.SendAsync("POST", AppPolicies, body)).GetAwaiter().GetResult().Body!["id"]!;
            return null;
        };

        var refused = await Assert.ThrowsAsync<ChangeRefusedException>(() => plan.ApplyAsync());

        Assert.Contains($"else created one of the same name at the same time (id {other})", refused.Message, StringComparison.Ordinal);
        bench.Steps.Reset();
        Assert.Equal(204, (await bench.SendAsync("DELETE", $"{AppPolicies}/{other}")).Status);
        Assert.True((await setup.PlanAppManagementPolicyAsync(AppPolicy())).IsEmpty);
    }

    [Fact]
    public async Task Two_objects_of_one_name_are_told_apart_by_their_ids()
    {
        await using var bench = await StartAsync();
        var policy = """{"displayName":"Twin","isEnabled":true}""";
        var ids = new[]
        {
            (await bench.SendAsync("POST", AppPolicies, policy)).Body!["id"],
            (await bench.SendAsync("POST", AppPolicies, policy)).Body!["id"],
        };
        var setup = new GovernanceSetup(bench.Graph);

        var refused = await Assert.ThrowsAsync<ChangeRefusedException>(
            () => setup.PlanAppManagementPolicyAsync(new AppManagementPolicy { DisplayName = "Twin", IsEnabled = false }));
        await (await setup.PlanAppManagementPolicyAsync(new AppManagementPolicy { Id = (string?)ids[1], IsEnabled = false })).ApplyAsync();

        Assert.All(ids, id => Assert.Contains((string)id!, refused.Message, StringComparison.Ordinal));
        Assert.True((bool)(await bench.SendAsync("GET", $"{AppPolicies}/{ids[0]}")).Body!["isEnabled"]!);
        Assert.False((bool)(await bench.SendAsync("GET", $"{AppPolicies}/{ids[1]}")).Body!["isEnabled"]!);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task After_a_failure_before_or_after_any_write_the_same_plans_converge_and_make_nothing_twice(bool isAnswerLost)
    {
        for (var failAt = 0; ; failAt++)
        {
            await using var bench = await StartAsync();
            bench.Steps.Failure = _ => isAnswerLost ? new HttpRequestException("The connection was reset.") : new CrashException();
            bench.Steps.Reset(failAt);
            var setup = new GovernanceSetup(bench.Graph);
            var client = new ClientId(bench.Entra.AddApplication().ClientId);
            var principal = await FirstAsync(bench);
            await RunAsync();
            var isReached = bench.Steps.Seen.Count > failAt;
            bench.Steps.Reset();
            Assert.Null(await RunAsync());

            foreach (var (path, name) in new[]
            {
                (Access, "Block workloads"), (Reviews, "Roles of workloads"), (AppPolicies, "Short secrets"),
            })
            {
                Assert.Single((await bench.SendAsync("GET", path)).Body!["value"]!.AsArray(), row => (string?)row!["displayName"] == name);
            }

            if (!isReached)
            {
                Assert.Equal(14, failAt);
                return;
            }

            async Task<Exception?> RunAsync() => await Record.ExceptionAsync(async () =>
            {
                await (await setup.PlanConditionalAccessAsync(Policy())).ApplyAsync();
                await (await setup.PlanConditionalAccessAsync(Policy(wanted => wanted with { Except = [] }))).ApplyAsync();
                await (await setup.PlanAccessReviewAsync(Review(months: 6))).ApplyAsync();
                await (await setup.PlanAccessReviewAsync(Review(months: 2))).ApplyAsync();
                await (await setup.PlanAttributesAsync(
                    principal, [AttributeAssignment.Texts("Engineering", "Project", "Baker")])).ApplyAsync();
                await (await setup.PlanAppManagementPolicyAsync(AppPolicy())).ApplyAsync();
                var id = (string?)(await FindAsync(bench, AppPolicies, "Short secrets"))!["id"];
                await (await setup.PlanAppManagementAssignmentAsync(client, id)).ApplyAsync();
                Assert.True((await setup.PlanAppManagementAssignmentAsync(client, id)).IsEmpty);
            });
        }
    }

    private static EmulatedGraphOptions Options() => new() { ServicePrincipals = 40, EnforcesLimits = false };

    private static Task<ChangeBench> StartAsync(EmulatedLicences licences = EmulatedLicences.All)
    {
        var options = Options();
        options.Licences = licences;
        return ChangeBench.StartAsync(options, Permissions);
    }

    private static ConditionalAccessPolicy Policy(Func<Wanted, Wanted>? change = null)
    {
        var wanted = change?.Invoke(new Wanted()) ?? new Wanted();
        return new ConditionalAccessPolicy
        {
            DisplayName = wanted.Name,
            State = wanted.State,
            Conditions = new ConditionalAccessConditions
            {
                ClientApplications = new ConditionalAccessClients { IncludeServicePrincipals = wanted.Workloads },
                Applications = wanted.Apis is null ? null : new ConditionalAccessApplications { IncludeApplications = wanted.Apis },
                Locations = new ConditionalAccessLocations { IncludeLocations = ["All"], ExcludeLocations = wanted.Except },
                ServicePrincipalRiskLevels = wanted.Risks,
            },
        };
    }

    private static AccessReviewRequest Review(int months = 3, bool removesDenied = false) =>
        new("Roles of workloads", Role, Reviewer)
        {
            StartsOn = new DateOnly(2027, 1, 15),
            Months = months,
            RemovesDenied = removesDenied,
        };

    private static AppManagementPolicy AppPolicy(int days = 30) => new()
    {
        DisplayName = "Short secrets",
        Restrictions = new CredentialRestrictions
        {
            PasswordCredentials =
                [new CredentialRestriction { RestrictionType = "passwordLifetime", State = "enabled", MaxLifetime = $"P{days}D" }],
        },
    };

    private static async Task<JsonObject?> FindAsync(ChangeBench bench, string path, string name) =>
        (JsonObject?)(await bench.SendAsync("GET", path)).Body!["value"]!.AsArray()
            .FirstOrDefault(row => (string?)row!["displayName"] == name);

    private static async Task<ServicePrincipalId> FirstAsync(ChangeBench bench) =>
        new((string)(await bench.SendAsync("GET", "v1.0/servicePrincipals?$select=id&$top=1")).Body!["value"]![0]!["id"]!);

    private static async Task<JsonNode> AttributesAsync(ChangeBench bench, ServicePrincipalId principal) => (await bench.SendAsync(
        "GET", $"v1.0/servicePrincipals/{principal}?$select=id,customSecurityAttributes")).Body!["customSecurityAttributes"]!;

    private sealed record Wanted
    {
        public string Name { get; init; } = "Block workloads";

        public ConditionalAccessState? State { get; init; }

        public string[] Workloads { get; init; } = ["ServicePrincipalsInMyTenant"];

        public string[]? Apis { get; init; }

        public string[] Except { get; init; } = ["AllTrusted"];

        public RiskLevel[]? Risks { get; init; }
    }
}

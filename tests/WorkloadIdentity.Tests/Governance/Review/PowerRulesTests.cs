using WorkloadIdentity.Governance;
using static WorkloadIdentity.Tests.SampleTenant;

namespace WorkloadIdentity.Tests;

public sealed class PowerRulesTests
{
    private static readonly Reviewed Situations = new()
    {
        { "a small permission", Application() with { AppRoles = [AppRole("User.Read.All")] } },
        { "every directory role", Application() with { AppRoles = [AppRole("RoleManagement.ReadWrite.Directory")] }, "tenant-power high" },
        {
            "the same in another case",
            Application() with { AppRoles = [AppRole("rolemanagement.readwrite.directory")] },
            "tenant-power high"
        },
        {
            "a role of the same name at another API",
            Application() with { AppRoles = [AppRole("RoleManagement.ReadWrite.Directory", "c0000000-0000-4000-8000-000000000009")] }
        },
        { "all mail", Application() with { AppRoles = [AppRole("Mail.Read")] }, "wide-power medium" },
        {
            "both: the greater counts", Application() with { AppRoles = [AppRole("Mail.Read"), AppRole("Application.ReadWrite.All")] },
            "tenant-power high"
        },
        { "a role that is gone", Application() with { AppRoles = [AppRole("Mail.Read") with { Value = null }] } },
        {
            "Global Administrator", Reviewed(Application() with { DirectoryRoles = [DirectoryRole()] }), "tenant-power high"
        },
        {
            "Global Administrator, to activate", Reviewed(Application() with { DirectoryRoles = [DirectoryRole(isEligible: true)] }),
            "tenant-power high"
        },
        {
            "a role for one application only",
            Application() with { DirectoryRoles = [DirectoryRole("9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3", "/b0000000")] }
        },
        {
            "an owner of what can take over the tenant",
            Of(
                Application(1),
                Application(2) with
                {
                    AppRoles = [AppRole("AppRoleAssignment.ReadWrite.All")],
                    Owners = [ServicePrincipal(1)],
                }),
            "tenant-power high", "power-by-ownership high"
        },
        {
            "an owner that is as powerful itself",
            Of(
                Application(1) with { AppRoles = [AppRole("AppRoleAssignment.ReadWrite.All")] },
                Application(2) with
                {
                    AppRoles = [AppRole("AppRoleAssignment.ReadWrite.All")],
                    Owners = [ServicePrincipal(1)],
                }),
            "tenant-power high", "tenant-power high"
        },
        {
            "an owner of itself",
            Application(1) with { AppRoles = [AppRole("AppRoleAssignment.ReadWrite.All")], Owners = [ServicePrincipal(1)] },
            "tenant-power high"
        },
        {
            "an owner of something small",
            Of(Application(1), Application(2) with { Owners = [ServicePrincipal(1)] })
        },
    };

    public static TheoryData<string> Names => Situations.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Power_counts_where_it_is_held_and_where_it_is_owned(string situation) => Situations.Check(situation);

    [Fact]
    public void The_owner_is_named_with_what_it_owns_and_what_that_can_do()
    {
        var finding = Findings(
            Application(1),
            Application(2) with { AppRoles = [AppRole("AppRoleAssignment.ReadWrite.All")], Owners = [ServicePrincipal(1)] })
            .Single(finding => finding.Rule.Id == "power-by-ownership");

        Assert.Equal(Application(1).ClientId, finding.Identity!.ClientId);
        Assert.Equal(
            $"It owns 'app-2' ({Application(2).ClientId}), which holds AppRoleAssignment.ReadWrite.All of Microsoft Graph: it can give "
                + "itself any application permission.",
            finding.Evidence);
        Assert.Equal(
            $"az ad app owner remove --id {Application(2).ClientId} --owner-object-id {Application(1).Id}", finding.Command);
    }

    private static IdentityOwner ServicePrincipal(int number) =>
        Owner(Application(number).Id.ToString()!) with { Type = "servicePrincipal", DisplayName = $"app-{number}" };

    /// <summary>With an access review that approved it.</summary>
    private static TenantInventory Reviewed(InventoriedIdentity identity) => Of(identity) with
    {
        AccessReviews = [AccessReviewRulesTests.Review("Approve", reviewedAgo: 10)],
    };
}

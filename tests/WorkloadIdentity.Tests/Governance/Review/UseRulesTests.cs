using WorkloadIdentity.Governance;
using static WorkloadIdentity.Tests.SampleTenant;

namespace WorkloadIdentity.Tests;

public sealed class UseRulesTests
{
    private static readonly InventoriedIdentity Idle = Application() with { Activity = new IdentityActivity() };

    private static readonly Reviewed Situations = new()
    {
        { "used yesterday", Application() },
        { "never used", Idle, "unused-identity low" },
        { "no row in the report", Idle with { Activity = null }, "unused-identity low" },
        { "used 91 days ago", Idle with { Activity = new IdentityActivity { LastSignIn = Day(-91) } }, "unused-identity low" },
        { "used 89 days ago", Idle with { Activity = new IdentityActivity { LastSignIn = Day(-89) } } },
        { "made last week", Idle with { CreatedOn = Day(-7) } },
        { "made nobody knows when", Idle with { CreatedOn = null } },
        { "disabled", Idle with { IsEnabled = false } },
        { "no service principal", Idle with { Id = null } },
        { "a blueprint", Idle with { Kind = IdentityKind.AgentBlueprint } },
        { "reaches far", Idle with { AppRoles = [AppRole("Mail.Read")] }, "wide-power medium", "unused-identity medium" },
        { "a managed identity", ManagedIdentity() with { Activity = null }, "unused-identity low" },
        {
            "the report could not be read", Of(Idle with { Activity = null }) with { Sections = Sections(InventorySectionName.SignIns) },
            "not-read low"
        },
    };

    public static TheoryData<string> Names => Situations.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void An_old_identity_without_a_sign_in_is_unused(string situation) => Situations.Check(situation);

    [Fact]
    public void A_managed_identity_is_named_with_its_resource_and_has_no_command()
    {
        var finding = Findings(ManagedIdentity() with { Activity = null })[0];

        Assert.EndsWith("/virtualMachines/vm-1.", finding.Evidence, StringComparison.Ordinal);
        Assert.Null(finding.Command);
    }
}

using WorkloadIdentity.Governance;
using static WorkloadIdentity.Tests.SampleTenant;

namespace WorkloadIdentity.Tests;

public sealed class CoverageRulesTests
{
    private static readonly InventoriedIdentity Far = Application() with { AppRoles = [AppRole("Mail.Read")] };

    private static readonly Reviewed Situations = new()
    {
        { "a policy for all", Of(Far), "wide-power medium" },
        { "no policy", Of(Far) with { Policies = [] }, "no-policy medium", "wide-power medium" },
        { "no policy, and it reaches nothing", Of(Application()) with { Policies = [] } },
        { "policies could not be read", Of(Far) with { Policies = null }, "wide-power medium" },
        { "a policy that is off", With(Policy(ConditionalAccessState.Disabled)), "no-policy medium", "wide-power medium" },
        { "a policy that only reports", With(Policy(ConditionalAccessState.ReportOnly)), "no-policy medium", "wide-power medium" },
        { "a policy that names it", With(Policy(include: Far.Id.ToString()!.ToUpperInvariant())), "wide-power medium" },
        { "a policy that names its client id", With(Policy(include: Far.ClientId.ToString())), "no-policy medium", "wide-power medium" },
        { "a policy that leaves it out", With(Policy(exclude: Far.Id.ToString())), "no-policy medium", "wide-power medium" },
        {
            "a policy with a filter",
            With(Policy(filter: "CustomSecurityAttribute.Engineering_Project -eq \"Baker\"")),
            "wide-power medium"
        },
        {
            "a managed identity", ManagedIdentity() with { AppRoles = [AppRole("Mail.Read")] }, "wide-power medium", "no-policy low"
        },
        {
            "an application of another tenant",
            Far with { IsFromOtherTenant = true, HomeTenantId = "other" },
            "wide-power medium", "no-policy low"
        },
        {
            "an application for several tenants", Far with { SignInAudience = SignInAudience.MultipleOrganizations }, "wide-power medium",
            "no-policy low"
        },
        { "an audience that is not known", Far with { SignInAudience = null }, "wide-power medium" },
    };

    public static TheoryData<string> Names => Situations.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void An_identity_that_reaches_far_needs_a_policy(string situation) => Situations.Check(situation);

    [Fact]
    public void What_no_policy_can_cover_is_counted()
    {
        var finding = Assert.Single(Findings(
            Application(), ManagedIdentity(2), Application(3) with { IsFromOtherTenant = true, HomeTenantId = "other" },
            Application(4) with { SignInAudience = SignInAudience.MultipleOrganizations }));

        Assert.Equal(("not-revocable", FindingSeverity.Note, null), (finding.Rule.Id, finding.Severity, finding.Identity));
        Assert.StartsWith(
            "3 identities: 1 managed identity, 1 application of other tenants, 1 other.", finding.Evidence, StringComparison.Ordinal);
    }

    private static TenantInventory With(ConditionalAccessPolicy policy) => Of(Far) with { Policies = [policy] };
}

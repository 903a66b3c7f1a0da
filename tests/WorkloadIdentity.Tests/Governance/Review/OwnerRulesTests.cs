using WorkloadIdentity.Governance;
using static WorkloadIdentity.Tests.SampleTenant;

namespace WorkloadIdentity.Tests;

public sealed class OwnerRulesTests
{
    private static readonly InventoriedIdentity Nobodys = Application() with { Owners = [] };

    private static readonly Reviewed Situations = new()
    {
        { "an owner", Application() },
        { "nobody", Nobodys, "ownerless low" },
        { "nobody, and it reaches far", Nobodys with { AppRoles = [AppRole("Mail.Read")] }, "wide-power medium", "ownerless medium" },
        { "owners could not be read", Application() with { Owners = null } },
        { "an owner whose state is hidden", Application() with { Owners = [Owner() with { IsEnabled = null, IsHidden = true }] } },
        { "every owner is disabled", Application() with { Owners = [Owner(isEnabled: false)] }, "ownerless low" },
        { "one of two owners is disabled", Application() with { Owners = [Owner(isEnabled: false), Owner("e2")] } },
        { "a reference to the service catalogue", Nobodys with { ServiceManagementReference = "CI0042" } },
        { "an owner in an attribute", Nobodys with { CustomSecurityAttributes = Attributes("Engineering_Owner", "ada") } },
        { "another attribute", Nobodys with { CustomSecurityAttributes = Attributes("Engineering_Project", "Baker") }, "ownerless low" },
        { "an application of another tenant", Nobodys with { IsFromOtherTenant = true, HomeTenantId = "other" } },
        { "a managed identity", ManagedIdentity() },
    };

    public static TheoryData<string> Names => Situations.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Somebody_has_to_answer_for_an_identity(string situation) => Situations.Check(situation);

    private static CustomSecurityAttributes Attributes(string name, string value) =>
        new([KeyValuePair.Create<string, IReadOnlyList<string>>(name, [value])]);
}

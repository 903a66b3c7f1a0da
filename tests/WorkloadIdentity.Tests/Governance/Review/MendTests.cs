using WorkloadIdentity.Governance;
using static WorkloadIdentity.Tests.SampleTenant;

namespace WorkloadIdentity.Tests;

public sealed class MendTests
{
    /// <summary>Ids that a hostile or broken directory may have.</summary>
    public static TheoryData<string> Hostile =>
        ["$(id)", "a;id", "a b", "a\nb", "a'b", "a\"b", "`id`", "--help", "", "..", "a|b", "a&b", "a>b", new string('a', 65), "ä"];

    [Theory]
    [MemberData(nameof(Hostile))]
    public void An_id_that_a_shell_could_read_otherwise_makes_no_command(string id)
    {
        var identity = Application() with { ClientId = new ClientId(id), Id = new ServicePrincipalId(id) };
        var fine = Application();
        var credential = Secret();
        var federation = new FederatedCredential { Id = id, Name = "x" };
        var role = new HeldPower(Reach.Ordinary, "x", new HeldAppRole(new ServicePrincipalId(id), id), null);
        var directoryRole = new HeldPower(Reach.Ordinary, "x", null, new HeldDirectoryRole(id, "/"));

        Assert.All(
            new[]
            {
                Mend.AddCredential(identity, credential), Mend.RemoveCredential(identity, credential),
                Mend.AddCredential(identity, credential with { IsOnApplication = false }),
                Mend.RemoveCredential(identity, credential with { IsOnApplication = false }),
                Mend.RemoveCredential(fine, credential with { KeyId = id }), Mend.Disable(identity), Mend.AddOwner(identity),
                Mend.RemoveOwner(fine, Owner(id)), Mend.RemoveOwner(fine, Owner(id) with { Source = OwnerSource.ServicePrincipal }),
                Mend.Remove(fine, role), Mend.Remove(fine, directoryRole), Mend.RemoveFederation(fine, federation),
                Mend.SetAudience(fine, federation), Mend.DismissRisk(identity),
            },
            Assert.Null);
    }

    [Fact]
    public void A_name_is_never_in_a_command()
    {
        const string Name = "canary; rm -rf /";
        var tenant = ReportTenant.Create();
        var identities = tenant.Identities.Select(identity => identity with { DisplayName = Name });

        Assert.All(
            Findings(tenant with { Identities = [.. identities] }),
            finding => Assert.DoesNotContain("canary", finding.Command ?? "", StringComparison.Ordinal));
    }

    [Fact]
    public void A_permission_is_removed_by_its_assignment()
    {
        const string List = "https://graph.microsoft.com/v1.0/servicePrincipals/a0000000-0000-4000-8000-000000000001/appRoleAssignments";
        var held = ReviewFacts.PowersOf(Application() with { AppRoles = [AppRole("Mail.Read")] }).Single();

        Assert.Equal(
            $"az rest --method DELETE --url \"{List}/$(az rest --url {List} --query \"value[?appRoleId=='{RoleIdOf("Mail.Read")}'] | "
                + "[?resourceId=='f0000000-0000-4000-8000-000000000001'].id | [0]\" --output tsv)\"",
            Mend.Remove(Application(), held));
    }

    [Fact]
    public void Azure_disables_managed_identities_so_there_is_no_command_for_it() => Assert.Null(Mend.Disable(ManagedIdentity()));
}

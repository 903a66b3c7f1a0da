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
        var role = new HeldPower(Reach.Ordinary, new HeldAppRole(new ServicePrincipalId(id), id), null);
        var directoryRole = new HeldPower(Reach.Ordinary, null, new HeldDirectoryRole(id, "/"));

        Assert.All(
            new[]
            {
                Mend.AddCredential(identity, credential), Mend.RemoveCredential(identity, credential),
                Mend.AddCredential(identity, credential with { IsOnApplication = false }),
                Mend.RemoveCredential(identity, credential with { IsOnApplication = false }),
                Mend.RemoveCredential(fine, credential with { KeyId = id }), Mend.Disable(identity), Mend.AddOwner(identity),
                Mend.RemoveOwner(GraphCloud.Public, fine, Owner(id)),
                Mend.RemoveOwner(GraphCloud.Public, fine, Owner(id) with { Source = OwnerSource.ServicePrincipal }),
                Mend.Remove(GraphCloud.Public, fine, role), Mend.Remove(GraphCloud.Public, fine, directoryRole),
                Mend.RemoveFederation(fine, federation),
                Mend.SetAudience(GraphCloud.Public, fine, federation), Mend.DismissRisk(GraphCloud.Public, identity),
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
            Mend.Remove(GraphCloud.Public, Application(), held));
    }

    [Fact]
    public void A_command_is_for_the_cloud_of_the_tenant()
    {
        var graph = GraphCloud.UsGovernment;
        var application = Application() with { DirectoryRoles = [DirectoryRole()], AppRoles = [AppRole("Mail.Read")] };
        var owner = Owner() with { Source = OwnerSource.ServicePrincipal };
        var commands = new[]
        {
            Mend.RemoveOwner(graph, application, owner), Mend.DismissRisk(graph, application),
            Mend.Remove(graph, application, ReviewFacts.PowersOf(application).First(held => held.Role is not null)),
            Mend.Remove(graph, application, ReviewFacts.PowersOf(application).First(held => held.Permission is not null)),
        };

        Assert.All(commands, command =>
        {
            Assert.Contains("https://graph.microsoft.us/v1.0/", command, StringComparison.Ordinal);
            Assert.DoesNotContain("graph.microsoft.com", command, StringComparison.Ordinal);
        });
        Assert.EndsWith(
            "--parameters '{\"audiences\":[\"api://AzureADTokenExchangeUSGov\"]}'", Mend.SetAudience(graph, application, Federation()),
            StringComparison.Ordinal);
        Assert.EndsWith(
            "[\"api://AzureADTokenExchangeChina\"]}'", Mend.SetAudience(GraphCloud.China, application, Federation()),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_review_prints_the_commands_of_the_cloud_that_was_read()
    {
        var powerful = Application() with { AppRoles = [AppRole("RoleManagement.ReadWrite.Directory")] };
        var tenant = Of(powerful, Application(2) with { Federations = [Federation(audience: "api://orders")] });

        var commands = Findings(tenant with { Endpoint = GraphCloud.China }).Select(finding => finding.Command).OfType<string>().ToList();

        Assert.Contains(commands, command => command.Contains("https://microsoftgraph.chinacloudapi.cn/v1.0/", StringComparison.Ordinal));
        Assert.Contains(commands, command => command.Contains("api://AzureADTokenExchangeChina", StringComparison.Ordinal));
        Assert.DoesNotContain(commands, command => command.Contains("graph.microsoft.com", StringComparison.Ordinal));
    }

    [Fact]
    public void Commands_for_credentials_name_the_object_that_has_them()
    {
        var certificate = Secret() with { Kind = CredentialKind.Certificate, IsOnApplication = false };
        var (client, principal) = (Application().ClientId, Application().Id);

        Assert.Equal($"az ad app credential reset --id {client} --append", Mend.AddCredential(Application(), Secret()));
        Assert.Equal($"az ad sp credential reset --id {principal} --append --create-cert", Mend.AddCredential(Application(), certificate));
        Assert.Equal($"az ad app credential delete --id {client} --key-id {KeyId}", Mend.RemoveCredential(Application(), Secret()));
        Assert.Equal(
            $"az ad sp credential delete --id {principal} --key-id {KeyId} --cert", Mend.RemoveCredential(Application(), certificate));
        Assert.Equal($"az ad sp update --id {principal} --set accountEnabled=false", Mend.Disable(Application()));
    }

    [Fact]
    public void Azure_disables_managed_identities_so_there_is_no_command_for_it() => Assert.Null(Mend.Disable(ManagedIdentity()));
}

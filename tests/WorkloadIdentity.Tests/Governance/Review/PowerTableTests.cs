using WorkloadIdentity.Governance;

namespace WorkloadIdentity.Tests;

public sealed class PowerTableTests
{
    [Theory]
    [InlineData("00000003-0000-0000-c000-000000000000", "RoleManagement.ReadWrite.Directory", Power.Tenant)]
    [InlineData("00000003-0000-0000-C000-000000000000", "approleassignment.readwrite.all", Power.Tenant)]
    [InlineData("00000002-0000-0000-c000-000000000000", "Application.ReadWrite.All", Power.Tenant)]
    [InlineData("00000003-0000-0000-c000-000000000000", "Mail.ReadWrite", Power.Wide)]
    [InlineData("00000002-0000-0ff1-ce00-000000000000", "full_access_as_app", Power.Wide)]
    [InlineData("00000003-0000-0ff1-ce00-000000000000", "Sites.FullControl.All", Power.Wide)]
    [InlineData("00000003-0000-0ff1-ce00-000000000000", "RoleManagement.ReadWrite.Directory", Power.Ordinary)]
    [InlineData("00000003-0000-0000-c000-000000000000", "User.Read.All", Power.Ordinary)]
    [InlineData("00000003-0000-0000-c000-000000000000", "Sites.Selected", Power.Ordinary)]
    [InlineData("00000003-0000-0000-c000-000000000000", null, Power.Ordinary)]
    [InlineData(null, "Mail.ReadWrite", Power.Ordinary)]
    public void A_permission_has_the_power_that_its_API_gives_it(string? api, string? value, Power power) =>
        Assert.Equal(power, PowerTable.Permission(api, value).Power);

    [Theory]
    [InlineData("00000003-0000-0000-c000-000000000000", "Mail.Read", "can read everyone's mail")]
    [InlineData("00000003-0000-0000-c000-000000000000", "Mail.ReadWrite", "can read and change everyone's mail")]
    [InlineData("00000003-0000-0000-c000-000000000000", "Mail.Send", "can send mail as everyone")]
    [InlineData("00000003-0000-0000-c000-000000000000", "Files.Read.All", "can read everyone's files and sites")]
    [InlineData("00000003-0000-0000-c000-000000000000", "Files.ReadWrite.All", "can read and change everyone's files and sites")]
    [InlineData("00000002-0000-0ff1-ce00-000000000000", "Mail.Read", "can read every mailbox")]
    [InlineData("00000003-0000-0ff1-ce00-000000000000", "Sites.Read.All", "can read everyone's files and sites")]
    public void A_permission_is_said_to_allow_what_it_allows(string api, string value, string why) =>
        Assert.Equal(why, PowerTable.Permission(api, value).Why);

    [Theory]
    [InlineData("62e90394-69f5-4237-9190-012177145e10", Power.Tenant)]
    [InlineData("E8611AB8-C189-46E8-94E1-60213AB1F814", Power.Tenant)]
    [InlineData("fe930be7-5e62-47db-91af-98c3a49a38b1", Power.Wide)]
    [InlineData("88d8e3e3-8f55-4a1e-953a-9b9898b8876b", Power.Ordinary)]
    [InlineData(null, Power.Ordinary)]
    public void A_directory_role_is_known_by_its_template(string? template, Power power) =>
        Assert.Equal(power, PowerTable.DirectoryRole(template).Power);
}

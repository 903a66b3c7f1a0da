using WorkloadIdentity.Governance;

namespace WorkloadIdentity.Tests;

public sealed class TenantInventoryTests
{
    [Fact]
    public void A_section_that_was_not_read_says_the_permission_and_the_licence_that_show_it()
    {
        var inventory = new TenantInventory { TenantId = "t", ReadAt = default, Sections = [], Identities = [] };

        var section = inventory.Section(InventorySectionName.Risk);

        Assert.Equal(SectionState.Missing, section.State);
        Assert.Equal("IdentityRiskyServicePrincipal.Read.All", section.Permission);
        Assert.Equal("Microsoft Entra Workload ID Premium", section.License);
        Assert.NotNull(section.Reason);
        Assert.Null(section.ReadAt);
    }

    [Fact]
    public void A_section_is_found_by_its_name()
    {
        var owners = new InventorySection { Name = InventorySectionName.Owners, State = SectionState.Complete, Permission = "p" };
        var inventory = new TenantInventory { TenantId = "t", ReadAt = default, Sections = [owners], Identities = [] };

        Assert.Same(owners, inventory.Section(InventorySectionName.Owners));
    }
}

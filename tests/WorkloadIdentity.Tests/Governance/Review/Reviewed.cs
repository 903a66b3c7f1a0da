using WorkloadIdentity.Governance;
using static WorkloadIdentity.Tests.SampleTenant;

namespace WorkloadIdentity.Tests;

/// <summary>Situations and what a review finds in them: all of it, but for notes.</summary>
internal sealed class Reviewed : Dictionary<string, (TenantInventory Inventory, string[] Finds)>
{
    public TheoryData<string> Names => [.. Keys];

    public void Add(string name, InventoriedIdentity identity, params ReadOnlySpan<string> finds) =>
        Add(name, (Of(identity), finds.ToArray()));

    public void Add(string name, TenantInventory inventory, params ReadOnlySpan<string> finds) =>
        Add(name, (inventory, finds.ToArray()));

    public void Check(string name)
    {
        var (inventory, finds) = this[name];

        Assert.Equal(
            finds,
            Findings(inventory).Where(finding => finding.Severity > FindingSeverity.Note)
                .Select(finding => $"{finding.Rule} {finding.Severity.ToString().ToLowerInvariant()}"));
    }
}

using WorkloadIdentity.Governance;
using static WorkloadIdentity.Tests.SampleTenant;

namespace WorkloadIdentity.Tests;

public sealed class SectionRulesTests
{
    public static TheoryData<InventorySectionName> Names => [.. Enum.GetValues<InventorySectionName>()];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_section_that_is_missing_is_a_finding_that_names_its_permission(InventorySectionName name)
    {
        var finding = Assert.Single(Findings(Of(Application()) with { Sections = Sections(name) }));

        Assert.Equal(("not-read", $"not-read/tenant/{name}"), (finding.Rule.Id, finding.Id));
        Assert.Contains($"Permission: {InventorySection.NotRead(name).Permission}.", finding.Evidence, StringComparison.Ordinal);
        Assert.True(finding.Severity > FindingSeverity.Note);
    }

    [Fact]
    public void A_section_that_is_partial_says_why()
    {
        var sections = Sections().Select(section => section.Name == InventorySectionName.Owners
            ? section with { State = SectionState.Partial, Reason = "Users are hidden." }
            : section);

        var finding = Assert.Single(Findings(Of(Application()) with { Sections = [.. sections] }));

        Assert.StartsWith("Owners: only a part. Users are hidden.", finding.Evidence, StringComparison.Ordinal);
    }
}

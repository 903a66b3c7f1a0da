namespace WorkloadIdentity.Governance;

/// <summary>What could not be read, so that "nothing found" is never mistaken for "all is well".</summary>
internal static class SectionRules
{
    public static IEnumerable<ReviewFinding> Of(ReviewFacts facts) => facts.Inventory.Sections
        .Where(section => section.State != SectionState.Complete)
        .Select(section => new ReviewFinding(
            ReviewRules.NotRead, Severity(section), identity: null, section.Name.ToString(),
            $"{Words.Of(section.Name)}: {(section.State == SectionState.Missing ? "missing" : "only a part")}. "
                + $"{PlainText.Of(section.Reason ?? "The reader gave no reason.")} {Words.Needs(section)}"));

    private static FindingSeverity Severity(InventorySection section) => section.Name switch
    {
        InventorySectionName.Applications or InventorySectionName.ServicePrincipals => FindingSeverity.High,
        InventorySectionName.AppRoles or InventorySectionName.DirectoryRoles or InventorySectionName.Risk
            or InventorySectionName.RiskDetections or InventorySectionName.CredentialUse or InventorySectionName.Federations
            when section.State == SectionState.Missing => FindingSeverity.Medium,
        _ => FindingSeverity.Low,
    };
}

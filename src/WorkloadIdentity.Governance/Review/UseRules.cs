namespace WorkloadIdentity.Governance;

/// <summary>Identities that nobody uses. Without the report of sign-ins nothing is said about any.</summary>
internal static class UseRules
{
    public static IEnumerable<ReviewFinding> Of(ReviewFacts facts) =>
        facts.Inventory.Section(InventorySectionName.SignIns).State != SectionState.Complete
            ? []
            : facts.Identities.Where(identity => IsUnused(facts, identity)).Select(identity => Finding(facts, identity));

    private static bool IsUnused(ReviewFacts facts, InventoriedIdentity identity) =>
        identity.Id is not null && identity.IsEnabled != false && facts.IsOld(identity.CreatedOn)
        && identity.Kind is IdentityKind.Application or IdentityKind.ManagedIdentity or IdentityKind.AgentIdentity or IdentityKind.Legacy
        && (identity.Activity?.LastSignIn is not { } used || facts.IsOld(used));

    private static ReviewFinding Finding(ReviewFacts facts, InventoriedIdentity identity)
    {
        var used = identity.Activity?.LastSignIn is { } last
            ? $"It signed in last {PlainText.FromNow(last, facts.Now)}"
            : "The report has no sign-in of it";
        var resource = identity.AzureResource is { } azure ? $" Its Azure resource is {azure.ResourceId}." : "";
        return new ReviewFinding(
            ReviewRules.UnusedIdentity, facts.PowerOf(identity) >= Power.Wide ? FindingSeverity.Medium : FindingSeverity.Low, identity,
            part: null, $"{used}, and it was created{Words.On(identity.CreatedOn)}.{resource}")
        {
            Command = Mend.Disable(identity),
        };
    }
}

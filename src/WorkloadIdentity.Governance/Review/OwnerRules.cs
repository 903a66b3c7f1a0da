namespace WorkloadIdentity.Governance;

/// <summary>Who answers for an identity. A managed identity belongs to whoever has its Azure resource, which Graph does not know.</summary>
internal static class OwnerRules
{
    public static IEnumerable<ReviewFinding> Of(ReviewFacts facts) => facts.Identities
        .Where(identity => identity.Kind != IdentityKind.ManagedIdentity)
        .Select(identity => Of(facts, identity)).OfType<ReviewFinding>();

    private static ReviewFinding? Of(ReviewFacts facts, InventoriedIdentity identity)
    {
        if (identity.Owners is not { } owners || HasOtherOwner(identity))
        {
            return null;
        }

        var isPowerful = facts.PowerOf(identity) >= Power.Wide;
        if (owners.Count == 0)
        {
            // Owners of an application of another tenant are there.
            return identity.IsFromOtherTenant == true && !isPowerful
                ? null
                : Finding(
                    identity, isPowerful,
                    "It has no owner: not on the application, not on the service principal, not in an attribute."
                        + (PlainText.Of(identity.Notes) is { Length: > 0 } notes ? $" Its notes say: {notes}" : ""));
        }

        return owners.All(owner => owner.IsEnabled == false)
            ? Finding(
                identity, isPowerful,
                $"Every owner is disabled: {Words.List(owners.Select(owner => owner.UserPrincipalName ?? owner.DisplayName ?? owner.Id))}.")
            : null;
    }

    /// <summary>An attribute whose name says owner, or the reference to a service catalogue.</summary>
    private static bool HasOtherOwner(InventoriedIdentity identity) =>
        !string.IsNullOrWhiteSpace(identity.ServiceManagementReference)
        || identity.CustomSecurityAttributes?.All.Any(attribute =>
            attribute.Key.Contains("owner", StringComparison.OrdinalIgnoreCase) && attribute.Value.Any(value => value.Length > 0)) == true;

    private static ReviewFinding Finding(InventoriedIdentity identity, bool isPowerful, string evidence) => new(
        ReviewRules.Ownerless, isPowerful ? FindingSeverity.Medium : FindingSeverity.Low, identity, part: null, evidence)
    {
        Command = Mend.AddOwner(identity),
    };
}

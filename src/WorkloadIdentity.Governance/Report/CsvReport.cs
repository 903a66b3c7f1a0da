namespace WorkloadIdentity.Governance;

/// <summary>A row for each identity.</summary>
internal static class CsvReport
{
    private const string Separator = "; ";

    public static void Write(TenantReview review, CsvWriter csv)
    {
        csv.Row(
            "name", "client id", "service principal id", "application object id", "kind", "state", "home tenant", "owners", "created",
            "created by", "last used", "next end", "secrets", "certificates", "federations", "reaches", "application permissions",
            "directory roles", "risk", "policy", "revoked", "azure resource", "attributes", "findings");
        var findings = review.Findings.Where(finding => finding.Identity is not null)
            .ToLookup(finding => finding.Identity!, ReferenceEqualityComparer.Instance);
        foreach (var identity in review.Inventory.Identities)
        {
            var row = IdentityRow.Of(identity, review);
            csv.Row(
                PlainText.Of(identity.DisplayName), identity.ClientId.ToString(), identity.Id?.ToString(),
                identity.ApplicationId?.ToString(), row.Kind, row.State, identity.HomeTenantId, List(row.Owners), row.Created,
                identity.CreatedBy?.ToString(), row.LastUsed, row.NextEnd,
                Count(identity, CredentialKind.Secret), Count(identity, CredentialKind.Certificate),
                identity.Federations?.Count.ToString(null, null) ?? IdentityRow.NotKnown, row.Reaches,
                List(identity.AppRoles?.Select(role => role.Value ?? role.RoleId)),
                List(identity.DirectoryRoles?.Select(role => (role.Name ?? role.RoleId) + (role.IsEligible ? " (to activate)" : ""))),
                identity.Risk is { } risk ? $"{risk.State}, {risk.Level}" : "", row.Policy, row.Revoked, identity.AzureResource?.ResourceId,
                List(identity.CustomSecurityAttributes?.All.Select(pair => $"{pair.Key}={string.Join('|', pair.Value)}")),
                List(findings[identity].Select(finding => finding.Rule.Id).Distinct()));
        }
    }

    private static string Count(InventoriedIdentity identity, CredentialKind kind) =>
        identity.Credentials.Count(credential => credential.Kind == kind).ToString(null, null);

    /// <summary>Each value is bounded, and the list is whole. No value has the separator in it.</summary>
    private static string List(IEnumerable<string>? values) => values is null
        ? IdentityRow.NotKnown
        : string.Join(Separator, values.Select(value => PlainText.Of(value).Replace(';', ',')));
}

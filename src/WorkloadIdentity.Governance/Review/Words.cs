using System.Globalization;

namespace WorkloadIdentity.Governance;

/// <summary>Parts of an inventory in words, for the evidence of findings and for reports.</summary>
internal static class Words
{
    private const int LongestName = 80;

    /// <summary>"the secret 'ci' (5b1f0c3a-…)".</summary>
    public static string Of(InventoriedCredential credential)
    {
        var name = Short(credential.DisplayName);
        return $"the {Kind(credential.Kind)} {(name.Length > 0 ? $"'{name}' " : "")}({credential.KeyId})";
    }

    /// <summary>What an application proves itself with.</summary>
    public static string OfApplication(CredentialKind kind) => kind == CredentialKind.Secret ? "client secret" : Kind(kind);

    public static string Kind(CredentialKind kind) => kind switch
    {
        CredentialKind.Secret => "secret",
        CredentialKind.Certificate => "certificate",
        CredentialKind.SigningKey => "signing key",
        _ => "symmetric key",
    };

    public static string Kind(InventoriedIdentity identity) => identity.Kind switch
    {
        IdentityKind.ManagedIdentity => identity.AzureResource?.IsUserAssigned switch
        {
            true => "user-assigned managed identity",
            false => "system-assigned managed identity",
            _ => "managed identity",
        },
        IdentityKind.AgentIdentity => "agent identity",
        IdentityKind.AgentBlueprint => "agent blueprint",
        IdentityKind.Legacy => "legacy service principal",
        IdentityKind.Application when identity.IsFromOtherTenant == true => "application of another tenant",
        IdentityKind.Application => "application",
        _ => identity.ServicePrincipalType?.ToString() is { Length: > 0 } type ? type : "other",
    };

    public static string Of(FindingSeverity severity) => severity switch
    {
        FindingSeverity.Critical => "critical",
        FindingSeverity.High => "high",
        FindingSeverity.Medium => "medium",
        FindingSeverity.Low => "low",
        _ => "note",
    };

    /// <summary>The name of a section for people.</summary>
    public static string Of(InventorySectionName section) => section switch
    {
        InventorySectionName.Applications => "Applications and their credentials",
        InventorySectionName.ServicePrincipals => "Service principals and their credentials",
        InventorySectionName.Owners => "Owners",
        InventorySectionName.AgentIdentities => "Agent identities",
        InventorySectionName.CustomSecurityAttributes => "Custom security attributes",
        InventorySectionName.Federations => "Federated credentials",
        InventorySectionName.AppRoles => "Application permissions",
        InventorySectionName.DelegatedGrants => "Delegated grants",
        InventorySectionName.DirectoryRoles => "Directory roles",
        InventorySectionName.EligibleDirectoryRoles => "Directory roles to activate",
        InventorySectionName.SignIns => "Last sign-ins",
        InventorySectionName.CredentialUse => "Last use of credentials",
        InventorySectionName.Risk => "Identities at risk",
        InventorySectionName.RiskDetections => "Risk detections",
        InventorySectionName.ConditionalAccess => "Conditional Access policies",
        InventorySectionName.NamedLocations => "Named locations",
        InventorySectionName.AppManagementPolicies => "Policies on credentials",
        InventorySectionName.AccessReviews => "Access reviews",
        _ => section.ToString(),
    };

    /// <summary>What a section needs.</summary>
    public static string Needs(InventorySection section) =>
        $"Permission: {section.Permission}.{(section.License is { } license ? $" Licence: {license}." : "")}";

    /// <summary>A sentence on the last use.</summary>
    public static string Use(InventoriedCredential credential, DateTimeOffset now) =>
        credential.LastUsedOn is { } used ? $"It was used last {PlainText.FromNow(used, now)}."
        : credential.IsUseKnown ? "The report has no use of it."
        : "Whether it is used is not known.";

    public static string On(DateTimeOffset? moment) => moment is { } day ? $" on {PlainText.Day(day)}" : "";

    public static string Capital(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];

    /// <summary>The first few, and how many more there are.</summary>
    public static string List(IEnumerable<string> names, int most = 3)
    {
        var all = names.ToList();
        return all.Count <= most
            ? string.Join(", ", all)
            : $"{string.Join(", ", all.Take(most))} and {PlainText.Count(all.Count - most, "more", "more")}";
    }

    /// <summary>How many findings there are: "30", or "9 critical, 21 medium" if not all have one severity.</summary>
    public static string Count(IEnumerable<ReviewFinding> findings)
    {
        var groups = findings.GroupBy(finding => finding.Severity).OrderByDescending(group => group.Key).ToList();
        return groups is [var only]
            ? only.Count().ToString("N0", CultureInfo.InvariantCulture)
            : string.Join(", ", groups.Select(group => PlainText.Count(group.Count(), Of(group.Key), Of(group.Key))));
    }

    private static string Short(string? name) => PlainText.Cut(PlainText.Of(name), LongestName);
}

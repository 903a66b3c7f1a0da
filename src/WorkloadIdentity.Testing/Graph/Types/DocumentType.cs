using System.Collections.Frozen;

namespace WorkloadIdentity.Testing;

/// <summary>Types whose objects are held as their JSON.</summary>
internal static class DocumentType
{
    /// <summary>The members that each evolvable enumeration had at first, by property (CSDL, 2026-08-20). Others are unlisted.</summary>
    private static readonly FrozenDictionary<string, FrozenSet<string>> Evolvable = new Dictionary<string, FrozenSet<string>>
    {
        ["activity"] = ["signin", "user"],
        ["riskDetail"] =
        [
            "none", "adminGeneratedTemporaryPassword", "userPerformedSecuredPasswordChange", "userPerformedSecuredPasswordReset",
            "adminConfirmedSigninSafe", "aiConfirmedSigninSafe", "userPassedMFADrivenByRiskBasedPolicy", "adminDismissedAllRiskForUser",
            "adminConfirmedSigninCompromised", "hidden", "adminConfirmedUserCompromised",
        ],
        ["tokenIssuerType"] = ["AzureAD", "ADFederationServices"],
        ["recommendationType"] =
        [
            "adfsAppsMigration", "enableDesktopSSO", "enablePHS", "enableProvisioning", "switchFromPerUserMFA", "tenantMFA",
            "thirdPartyApps",
            "turnOffPerUserMFA", "useAuthenticatorApp", "useMyApps", "staleApps", "staleAppCreds", "applicationCredentialExpiry",
            "servicePrincipalKeyExpiry", "adminMFAV2", "blockLegacyAuthentication", "integratedApps", "mfaRegistrationV2", "pwagePolicyNew",
            "passwordHashSync", "oneAdmin", "roleOverlap", "selfServicePasswordReset", "signinRiskPolicy", "userRiskPolicy",
            "verifyAppPublisher", "privateLinkForAAD", "appRoleAssignmentsGroups", "appRoleAssignmentsUsers", "managedIdentity",
            "overprivilegedApps",
        ],
    }.ToFrozenDictionary();

    /// <param name="name">The name of the type.</param>
    /// <param name="properties">
    /// Its properties with spaces between; behind a colon the operators with which it can be filtered, such as <c>appId:eq,ne</c>.
    /// </param>
    /// <param name="relations">Relations that <c>$expand</c> can add.</param>
    public static GraphType<DocumentRow> Of(string name, string properties, params IReadOnlyList<GraphRelation<DocumentRow>> relations) =>
        new(name, [.. properties.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(text => Property(text.Split(':')))])
        {
            Relations = relations,
            DerivedType = row => (string?)row.Json["@odata.type"],
        };

    private static GraphProperty<DocumentRow> Property(string[] parts) => new(
        parts[0], (row, _) => row.Json[parts[0]]?.DeepClone(), parts is [_, var operators] ? operators.Replace(',', ' ') : "")
    {
        Listed = Evolvable.GetValueOrDefault(parts[0]),
    };
}

using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>
/// The type <c>servicePrincipal</c> of v1.0, with <c>createdDateTime</c>: the service returns it, and its metadata does not know it.
/// </summary>
internal static class PrincipalType
{
    private const string All = "eq ne not in ge le startsWith";

    public static GraphType<PrincipalRow> Of(GraphDirectory directory, DirectoryObjects objects) => new(
        "servicePrincipal", Properties(directory))
    {
        IsOpen = true,
        DerivedType = row => row.DerivedType is { } type ? $"#microsoft.graph.{type}" : null,
        Changes = row => directory.Changes.Of(row.Id),
        Relations =
        [
            new("owners", (row, call, expand) => objects.Write(row.Owners, call, expand), row => row.Owners.Count),
            new("ownedObjects", (_, _, _) => [], _ => 0),
            new(
                "appRoleAssignments",
                (row, call, _) => directory.Held(row).Select(assignment => AssignmentType.Write(assignment, call)),
                row => directory.Held(row).Count,
                ""),
            new(
                "federatedIdentityCredentials",
                (row, call, expand) => row.Federated.Select(federated => FederatedCredentialType.Write(federated, call, expand)),
                row => row.Federated.Count),
            new("sponsors", (row, call, expand) => objects.Write(row.Sponsors, call, expand), row => row.Sponsors.Count, ""),
        ],
    };

    private static IReadOnlyList<GraphProperty<PrincipalRow>> Properties(GraphDirectory directory) =>
    [
        new("id", (row, _) => row.Id, "eq ne not in"),
        new("deletedDateTime", (_, _) => null),
        new("accountEnabled", (row, _) => row.IsEnabled, "eq ne not in"),
        new("addIns", (_, _) => new JsonArray()),
        new("agentIdentityBlueprintId", (row, _) => row.BlueprintId, "eq") { IsOnRequest = true },
        new("alternativeNames", (row, _) => GraphJson.Array(row.AlternativeNames), "eq not ge le startsWith"),
        new("appDescription", (_, _) => null),
        new("appDisplayName", (row, _) => row.Kind == "ManagedIdentity" ? null : row.DisplayName),
        new("appId", (row, _) => row.AppId, "eq ne not in startsWith"),
        new("applicationTemplateId", (_, _) => null, "eq ne not startsWith"),
        new("appOwnerOrganizationId", (row, _) => row.HomeTenant, "eq ne not ge le"),
        new("appRoleAssignmentRequired", (_, _) => false, "eq ne not"),
        new("appRoles", (row, _) => GraphJson.Roles(directory.RolesOf(row))),
        new("createdByAppId", (row, _) => row.CreatedByAppId, "eq"),
        new("createdDateTime", (row, _) => GraphJson.Date(row.CreatedOn)),
        new("customSecurityAttributes", (row, _) => row.Attributes) { IsOnRequest = true },
        new("description", (_, _) => null, "eq ne not ge le startsWith"),
        new("disabledByMicrosoftStatus", (row, _) => row.DisabledByMicrosoft, "eq ne not"),
        new("displayName", (row, _) => row.DisplayName, All),
        new("homepage", (_, _) => null),
        new("info", (_, _) => null),
        new("isDisabled", (row, _) => row.DisabledByMicrosoft is not null, "eq ne not"),
        new(
            "keyCredentials",
            (row, call) => GraphJson.Keys(row.Credentials, WantsKeys(call)),
            "eq not ge le"),
        new("loginUrl", (_, _) => null),
        new("logoutUrl", (_, _) => null),
        new("notes", (row, _) => row.Notes),
        new("notificationEmailAddresses", (_, _) => new JsonArray()),
        new("oauth2PermissionScopes", (row, _) => Scopes(directory, row)),
        new("passwordCredentials", (row, _) => GraphJson.Passwords(row.Credentials)),
        new("preferredSingleSignOnMode", (row, _) => row.Credentials.Any(credential => credential.Usage == "Sign") ? "saml" : null),
        new("preferredTokenSigningKeyThumbprint", (_, _) => null),
        new("replyUrls", (_, _) => new JsonArray()),
        new("resourceSpecificApplicationPermissions", (_, _) => new JsonArray()),
        new("samlSingleSignOnSettings", (_, _) => null),
        new("servicePrincipalNames", (row, _) => GraphJson.Array([row.AppId]), "eq not ge le startsWith"),
        new("servicePrincipalType", (row, _) => row.Kind, "eq ne not in"),
        new("signInAudience", (row, _) => row.SignInAudience),
        new("tags", (row, _) => GraphJson.Array(row.Tags), "eq not ge le startsWith any"),
        new("tokenEncryptionKeyId", (_, _) => null),
        new("verifiedPublisher", (_, _) => new JsonObject
        {
            ["displayName"] = null, ["verifiedPublisherId"] = null, ["addedDateTime"] = null,
        }),
    ];

    /// <summary>The certificates themselves come for one object, selected by name, and in no list.</summary>
    public static bool WantsKeys(GraphCall call) => call.Path is [_, var key]
        && !key.StartsWith("microsoft.graph.", StringComparison.OrdinalIgnoreCase)
        && GraphQuery.SelectsKeys(call);

    private static JsonArray Scopes(GraphDirectory directory, PrincipalRow row) => GraphJson.Array(row.Scopes.Select(
        (scope, index) => new JsonObject
        {
            ["adminConsentDescription"] = $"Allows {scope}.",
            ["adminConsentDisplayName"] = scope,
            ["id"] = EmulatedDirectory.ObjectIdOf(directory.Tenant, $"{row.AppId} scope {index}"),
            ["isEnabled"] = true,
            ["origin"] = null,
            ["type"] = "User",
            ["userConsentDescription"] = null,
            ["userConsentDisplayName"] = null,
            ["value"] = scope,
        }));
}

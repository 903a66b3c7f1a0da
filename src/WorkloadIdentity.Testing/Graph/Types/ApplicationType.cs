using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>The type <c>application</c> of v1.0.</summary>
internal static class ApplicationType
{
    public static GraphType<ApplicationRow> Of(GraphDirectory directory, DirectoryObjects objects) => new("application", Properties)
    {
        IsOpen = true,
        DerivedType = row => row.DerivedType is { } type ? $"#microsoft.graph.{type}" : null,
        Changes = row => directory.Changes.Of(row.Id),
        Relations =
        [
            new("owners", (row, call, expand) => objects.Write(row.Owners, call, expand), row => row.Owners.Count),
            new(
                "federatedIdentityCredentials",
                (row, call, expand) => row.Federated.Select(federated => FederatedCredentialType.Write(federated, call, expand)),
                row => row.Federated.Count),
        ],
    };

    private static IReadOnlyList<GraphProperty<ApplicationRow>> Properties =>
    [
        new("id", (row, _) => row.Id, "eq ne not in"),
        new("deletedDateTime", (_, _) => null),
        new("addIns", (_, _) => new JsonArray()),
        new("api", (_, _) => new JsonObject
        {
            ["acceptMappedClaims"] = null, ["knownClientApplications"] = new JsonArray(), ["requestedAccessTokenVersion"] = 2,
            ["oauth2PermissionScopes"] = new JsonArray(), ["preAuthorizedApplications"] = new JsonArray(),
        }),
        new("appId", (row, _) => row.AppId, "eq ne not in startsWith"),
        new("applicationTemplateId", (_, _) => null, "eq ne not"),
        new("appRoles", (_, _) => new JsonArray()),
        new("authenticationBehaviors", (_, _) => null) { IsOnRequest = true },
        new("createdByAppId", (row, _) => row.CreatedByAppId, "eq"),
        new("createdDateTime", (row, _) => GraphJson.Date(row.CreatedOn), "eq ne not ge le in"),
        new("defaultRedirectUri", (_, _) => null),
        new("description", (_, _) => null, "eq ne not ge le startsWith"),
        new("disabledByMicrosoftStatus", (_, _) => null, "eq ne not"),
        new("displayName", (row, _) => row.DisplayName, "eq ne not ge le in startsWith"),
        new("groupMembershipClaims", (_, _) => null),
        new("identifierUris", (row, _) => GraphJson.Array([$"api://{row.AppId}"]), "eq ne ge le startsWith any"),
        new("isDeviceOnlyAuthSupported", (_, _) => null),
        new("isDisabled", (_, _) => null),
        new("isFallbackPublicClient", (_, _) => null),
        new("keyCredentials", (row, call) => GraphJson.Keys(row.Credentials, PrincipalType.WantsKeys(call)), "eq not ge le"),
        new("managerApplications", (_, _) => new JsonArray()) { IsOnRequest = true },
        new("nativeAuthenticationApisEnabled", (_, _) => null),
        new("notes", (row, _) => row.Notes),
        new("optionalClaims", (_, _) => null),
        new("passwordCredentials", (row, _) => GraphJson.Passwords(row.Credentials)),
        new("publicClient", (_, _) => new JsonObject { ["redirectUris"] = new JsonArray() }),
        new("publisherDomain", (_, _) => "contoso.example"),
        new("requestSignatureVerification", (_, _) => null),
        new("requiredResourceAccess", (row, _) => Required(row)),
        new("samlMetadataUrl", (_, _) => null),
        new("serviceManagementReference", (row, _) => row.ServiceManagementReference),
        new("servicePrincipalLockConfiguration", (row, _) => new JsonObject
        {
            ["isEnabled"] = row.IsLocked, ["allProperties"] = row.IsLocked, ["credentialsWithUsageVerify"] = row.IsLocked,
            ["credentialsWithUsageSign"] = row.IsLocked, ["tokenEncryptionKeyId"] = row.IsLocked,
        }),
        new("signInAudience", (row, _) => row.SignInAudience, "eq ne not"),
        new("spa", (_, _) => new JsonObject { ["redirectUris"] = new JsonArray() }),
        new("tags", (row, _) => GraphJson.Array(row.Tags), "eq not ge le startsWith any"),
        new("tokenEncryptionKeyId", (_, _) => null),
        new("uniqueName", (row, _) => row.UniqueName, "eq"),
        new("verifiedPublisher", (_, _) => new JsonObject
        {
            ["displayName"] = null, ["verifiedPublisherId"] = null, ["addedDateTime"] = null,
        }),
        new("web", (_, _) => new JsonObject { ["homePageUrl"] = null, ["logoutUrl"] = null, ["redirectUris"] = new JsonArray() }),
    ];

    private static JsonArray Required(ApplicationRow row) => row.RequiredGraphRoles.Count == 0 ? [] : new JsonArray(new JsonObject
    {
        ["resourceAppId"] = SeededTenant.GraphAppId,
        ["resourceAccess"] = GraphJson.Array(row.RequiredGraphRoles.Select(role => new JsonObject { ["id"] = role.Id, ["type"] = "Role" })),
    });
}

namespace WorkloadIdentity.Testing;

/// <summary>The type <c>oAuth2PermissionGrant</c>.</summary>
internal static class GrantType
{
    public static GraphType<GrantRow> Of() => new("oAuth2PermissionGrant",
    [
        new("clientId", (row, _) => row.ClientId, "eq"),
        new("consentType", (row, _) => row.UserId is null ? "AllPrincipals" : "Principal", "eq"),
        new("id", (row, _) => row.Id),
        new("principalId", (row, _) => row.UserId, "eq"),
        new("resourceId", (row, _) => row.ResourceId, "eq"),
        new("scope", (row, _) => row.Scope),
    ]);
}

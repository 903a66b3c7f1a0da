namespace WorkloadIdentity.Governance;

/// <summary>
/// Commands that mend a finding. Only ids are put into them. An id of the directory that holds anything but letters, digits and hyphens
/// could end a shell's word, so there is no command then. Addresses are those of the tenant's cloud.
/// </summary>
internal static class Mend
{
    public static string? AddCredential(InventoriedIdentity identity, InventoriedCredential credential)
    {
        var form = credential.Kind == CredentialKind.Secret ? "" : " --create-cert";
        return credential.IsOnApplication
            ? Of($"az ad app credential reset --id {identity.ClientId} --append{form}", identity.ClientId.ToString())
            : Of($"az ad sp credential reset --id {identity.Id} --append{form}", identity.Id?.ToString());
    }

    public static string? RemoveCredential(InventoriedIdentity identity, InventoriedCredential credential)
    {
        var form = credential.Kind == CredentialKind.Secret ? "" : " --cert";
        return credential.IsOnApplication
            ? Of(
                $"az ad app credential delete --id {identity.ClientId} --key-id {credential.KeyId}{form}",
                identity.ClientId.ToString(), credential.KeyId)
            : Of(
                $"az ad sp credential delete --id {identity.Id} --key-id {credential.KeyId}{form}", identity.Id?.ToString(),
                credential.KeyId);
    }

    /// <summary>Disables the identity: the tokens it has work on, new ones are refused. Azure decides about managed identities.</summary>
    public static string? Disable(InventoriedIdentity identity) => identity.Kind == IdentityKind.ManagedIdentity
        ? null
        : Of($"az ad sp update --id {identity.Id} --set accountEnabled=false", identity.Id?.ToString());

    public static string? AddOwner(InventoriedIdentity identity) => identity.ApplicationId is null
        ? null
        : Of($"az ad app owner add --id {identity.ClientId} --owner-object-id OWNER_OBJECT_ID", identity.ClientId.ToString());

    public static string? RemoveOwner(Uri graph, InventoriedIdentity identity, IdentityOwner owner) => owner.Source switch
    {
        OwnerSource.Application =>
            Of($"az ad app owner remove --id {identity.ClientId} --owner-object-id {owner.Id}", identity.ClientId.ToString(), owner.Id),
        OwnerSource.ServicePrincipal => Of(
            $"az rest --method DELETE --url '{graph}v1.0/servicePrincipals/{identity.Id}/owners/{owner.Id}/$ref'", identity.Id?.ToString(),
            owner.Id),
        _ => null,
    };

    public static string? Remove(Uri graph, InventoriedIdentity identity, HeldPower held)
    {
        if (held.Permission is { } permission)
        {
            var list = $"{graph}v1.0/servicePrincipals/{identity.Id}/appRoleAssignments";
            var query = $"value[?appRoleId=='{permission.RoleId}'] | [?resourceId=='{permission.ResourceId}'].id | [0]";
            return Of(
                $"az rest --method DELETE --url \"{list}/$(az rest --url {list} --query \"{query}\" --output tsv)\"",
                identity.Id?.ToString(), permission.RoleId, permission.ResourceId.ToString());
        }

        // The filter is percent-encoded, so that no shell reads its $ and quotes.
        var roles = $"{graph}v1.0/roleManagement/directory/roleAssignments";
        return held.Role is { IsEligible: false } role
            ? Of(
                $"az rest --method DELETE --url \"{roles}/$(az rest --url \"{roles}?%24filter=principalId%20eq%20%27{identity.Id}%27%20and"
                    + $"%20roleDefinitionId%20eq%20%27{role.RoleId}%27\" --query value[0].id --output tsv)\"",
                identity.Id?.ToString(), role.RoleId)
            : null;
    }

    public static string? RemoveFederation(InventoriedIdentity identity, FederatedCredential federation) => identity.ApplicationId is null
        ? null
        : Of(
            $"az ad app federated-credential delete --id {identity.ClientId} --federated-credential-id {federation.Id}",
            identity.ClientId.ToString(), federation.Id);

    public static string? SetAudience(Uri graph, InventoriedIdentity identity, FederatedCredential federation) =>
        identity.ApplicationId is null ? null : Of(
            $"az ad app federated-credential update --id {identity.ClientId} --federated-credential-id {federation.Id} "
                + $"--parameters '{{\"audiences\":[\"{EntraCloud.TokenExchangeAudience(GraphCloud.AuthorityOf(graph))}\"]}}'",
            identity.ClientId.ToString(), federation.Id);

    public static string? DismissRisk(Uri graph, InventoriedIdentity identity) => Of(
        $"az rest --method POST --url {graph}v1.0/identityProtection/riskyServicePrincipals/dismiss "
            + $"--body '{{\"servicePrincipalIds\":[\"{identity.Id}\"]}}'",
        identity.Id?.ToString());

    private static string? Of(string command, params ReadOnlySpan<string?> ids)
    {
        foreach (var id in ids)
        {
            if (string.IsNullOrEmpty(id) || id.Length > 64 || !id.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-')
                || id[0] == '-')
            {
                return null;
            }
        }

        return command;
    }
}

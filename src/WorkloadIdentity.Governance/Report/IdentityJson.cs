using System.Text.Json;

namespace WorkloadIdentity.Governance;

/// <summary>One identity as JSON.</summary>
internal static class IdentityJson
{
    public static void Write(Utf8JsonWriter json, InventoriedIdentity identity, TenantReview review)
    {
        json.WriteStartObject();
        json.WriteString("name", identity.DisplayName);
        JsonReport.Ids(json, identity);
        json.WriteString("kind", Camel(identity.Kind.ToString()));
        Boolean(json, "enabled", identity.IsEnabled);
        json.WriteString("disabledByMicrosoft", identity.DisabledByMicrosoft);
        JsonReport.Moment(json, "createdOn", identity.CreatedOn);
        json.WriteString("createdBy", identity.CreatedBy?.ToString());
        json.WriteString("homeTenant", identity.HomeTenantId);
        json.WriteString("audience", identity.SignInAudience?.ToString());
        json.WriteString("azureResource", identity.AzureResource?.ResourceId);
        json.WriteString("power", Camel(review.PowerOf(identity).ToString()));
        json.WriteString("policy", Camel(review.CoverageOf(identity).ToString()));
        Boolean(json, "revocableAtOnce", TenantReview.IsRevocableAtOnce(identity));
        JsonReport.Moment(json, "lastSignIn", identity.Activity?.LastSignIn);
        json.WriteString("riskState", identity.Risk?.State.ToString());
        json.WriteString("riskLevel", identity.Risk?.Level.ToString());
        List(json, "owners", identity.Owners, Owner);
        List(json, "credentials", identity.Credentials, Credential);
        List(json, "federations", identity.Federations, Federation);
        List(json, "appRoles", identity.AppRoles, AppRole);
        List(json, "directoryRoles", identity.DirectoryRoles, DirectoryRole);
        List(json, "delegatedGrants", identity.DelegatedGrants, Grant);
        List(json, "attributes", identity.CustomSecurityAttributes?.All, Attribute);
        json.WriteEndObject();
    }

    private static void Owner(Utf8JsonWriter json, IdentityOwner owner)
    {
        json.WriteString("id", owner.Id);
        json.WriteString("source", Camel(owner.Source.ToString()));
        json.WriteString("type", owner.Type);
        json.WriteString("name", owner.DisplayName);
        json.WriteString("userPrincipalName", owner.UserPrincipalName);
        Boolean(json, "enabled", owner.IsEnabled);
        json.WriteBoolean("hidden", owner.IsHidden);
    }

    private static void Credential(Utf8JsonWriter json, InventoriedCredential credential)
    {
        json.WriteString("keyId", credential.KeyId);
        json.WriteString("kind", Camel(credential.Kind.ToString()));
        json.WriteString("on", credential.IsOnApplication ? "application" : "servicePrincipal");
        json.WriteString("name", credential.DisplayName);
        json.WriteString("thumbprint", credential.Thumbprint);
        JsonReport.Moment(json, "startsOn", credential.StartsOn);
        JsonReport.Moment(json, "endsOn", credential.ExpiresOn);
        JsonReport.Moment(json, "lastUsedOn", credential.LastUsedOn);
        json.WriteBoolean("useKnown", credential.IsUseKnown);
        json.WriteBoolean("leaked", credential.IsLeaked);
    }

    private static void Federation(Utf8JsonWriter json, FederatedCredential federation)
    {
        json.WriteString("id", federation.Id);
        json.WriteString("name", federation.Name);
        json.WriteString("issuer", federation.Issuer);
        json.WriteString("subject", federation.Subject);
        json.WriteString("expression", federation.ClaimsMatchingExpression?.Value);
        json.WriteStartArray("audiences");
        foreach (var audience in federation.Audiences ?? [])
        {
            json.WriteStringValue(audience);
        }

        json.WriteEndArray();
    }

    private static void AppRole(Utf8JsonWriter json, HeldAppRole role)
    {
        json.WriteString("resource", role.ResourceName);
        json.WriteString("resourceClientId", role.ResourceClientId?.ToString());
        json.WriteString("role", role.Value);
        json.WriteString("roleId", role.RoleId);
    }

    private static void DirectoryRole(Utf8JsonWriter json, HeldDirectoryRole role)
    {
        json.WriteString("role", role.Name);
        json.WriteString("roleId", role.RoleId);
        json.WriteString("scope", role.Scope);
        json.WriteBoolean("eligible", role.IsEligible);
        JsonReport.Moment(json, "endsOn", role.EndsOn);
    }

    private static void Grant(Utf8JsonWriter json, InventoriedGrant grant)
    {
        json.WriteString("resource", grant.ResourceName);
        json.WriteString("scopes", string.Join(' ', grant.Scopes));
        json.WriteBoolean("allUsers", grant.IsForAllUsers);
        json.WriteNumber("users", grant.Users);
    }

    private static void Attribute(Utf8JsonWriter json, KeyValuePair<string, IReadOnlyList<string>> attribute)
    {
        json.WriteString("name", attribute.Key);
        json.WriteStartArray("values");
        foreach (var value in attribute.Value)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }

    private static void List<T>(Utf8JsonWriter json, string name, IEnumerable<T>? values, Action<Utf8JsonWriter, T> write)
    {
        if (values is null)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteStartObject();
            write(json, value);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Boolean(Utf8JsonWriter json, string name, bool? value)
    {
        if (value is { } known)
        {
            json.WriteBoolean(name, known);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static string Camel(string name) => JsonNamingPolicy.CamelCase.ConvertName(name);
}

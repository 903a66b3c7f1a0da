using System.Text;
using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>The beta reports of when service principals and their credentials were last used.</summary>
internal static class SeededSignIns
{
    private const int MostCredentials = 3;

    public static GraphRows<DocumentRow> Principals(GraphDirectory directory) => new(
        directory.Seeded.Count, place => OfPrincipal(directory.Seeded, place));

    public static GraphRows<DocumentRow> Credentials(GraphDirectory directory) => new(
        directory.Seeded.Applications * MostCredentials,
        place => OfCredential(directory.Seeded, place / MostCredentials, place % MostCredentials));

    private static DocumentRow? OfPrincipal(SeededTenant tenant, int index)
    {
        var principal = new SeededPrincipal(tenant, index);
        return principal.SignedInOn is not { } at ? null : new(new JsonObject
        {
            ["id"] = Convert.ToBase64String(Encoding.ASCII.GetBytes(principal.AppId)),
            ["appId"] = principal.AppId,
            ["lastSignInActivity"] = Activity(tenant, index, at),
            ["delegatedClientSignInActivity"] = null,
            ["delegatedResourceSignInActivity"] = null,
            ["applicationAuthenticationClientSignInActivity"] = Activity(tenant, index, at),
            ["applicationAuthenticationResourceSignInActivity"] = null,
        });
    }

    private static DocumentRow? OfCredential(SeededTenant tenant, int application, int number)
    {
        var row = new SeededApplication(tenant, application);
        if (row.Credentials.ElementAtOrDefault(number) is not { UsedOn: { } at } credential)
        {
            return null;
        }

        return new(new JsonObject
        {
            ["id"] = Convert.ToBase64String(Encoding.ASCII.GetBytes($"{credential.KeyId}|application")),
            ["appId"] = row.AppId,
            ["appObjectId"] = row.Id,
            ["servicePrincipalObjectId"] = row.PrincipalId,
            ["resourceId"] = tenant.PrincipalId(tenant.ResourcePrincipal(0)),
            ["keyId"] = credential.KeyId,
            ["keyType"] = credential.IsKey ? "certificate" : "clientSecret",
            ["keyUsage"] = credential.IsKey ? "verify" : "sign",
            ["credentialOrigin"] = "application",
            ["createdDateTime"] = GraphJson.Date(credential.StartsOn),
            ["expirationDateTime"] = GraphJson.Date(credential.EndsOn),
            ["signInActivity"] = Activity(tenant, application + tenant.Count, at),
        });
    }

    private static JsonObject Activity(SeededTenant tenant, int index, DateTimeOffset at) => new()
    {
        ["lastSignInDateTime"] = GraphJson.Date(at),
        ["lastSignInRequestId"] = tenant.Ids.Id(SeededKind.Request, index),
        ["lastSuccessfulSignInDateTime"] = GraphJson.Date(at),
        ["lastSuccessfulSignInRequestId"] = tenant.Ids.Id(SeededKind.Request, index),
    };
}

using System.Text;
using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>The beta reports of when service principals and their credentials were last used.</summary>
internal static class SeededSignIns
{
    private const int MostCredentials = 3;

    public static GraphRows<DocumentRow> Principals(GraphDirectory directory) => new(
        directory.Seeded.Count, place => OfPrincipal(directory.Seeded, place));

    public static GraphRows<DocumentRow> Credentials(GraphDirectory directory)
    {
        var seeded = directory.Seeded.Applications * MostCredentials;
        List<DocumentRow> own =
        [
            .. from application in directory.Applications().All().OfType<OwnApplication>()
            from credential in application.Credentials
            where credential.UsedOn is not null
            select Row(directory.Seeded, application, credential, 0),
        ];
        return new(
            seeded + own.Count,
            place => place < seeded
                ? OfCredential(directory.Seeded, place / MostCredentials, place % MostCredentials)
                : own[place - seeded]);
    }

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
        return row.Credentials.ElementAtOrDefault(number) is { UsedOn: not null } credential
            ? Row(tenant, row, credential, application + tenant.Count)
            : null;
    }

    private static DocumentRow Row(SeededTenant tenant, ApplicationRow row, CredentialRow credential, int request) =>
        new(new JsonObject
        {
            ["id"] = Convert.ToBase64String(Encoding.ASCII.GetBytes($"{credential.KeyId}|application")),
            ["appId"] = row.AppId,
            ["appObjectId"] = row.Id,
            ["servicePrincipalObjectId"] = row.PrincipalId,
            ["resourceId"] = tenant.Count == 0 ? null : tenant.PrincipalId(tenant.ResourcePrincipal(0)),
            ["keyId"] = credential.KeyId,
            ["keyType"] = credential.IsKey ? "certificate" : "clientSecret",
            ["keyUsage"] = credential.IsKey ? "verify" : "sign",
            ["credentialOrigin"] = "application",
            ["createdDateTime"] = GraphJson.Date(credential.StartsOn),
            ["expirationDateTime"] = GraphJson.Date(credential.EndsOn),
            ["signInActivity"] = Activity(tenant, request, credential.UsedOn!.Value),
        });

    private static JsonObject Activity(SeededTenant tenant, int index, DateTimeOffset at) => new()
    {
        ["lastSignInDateTime"] = GraphJson.Date(at),
        ["lastSignInRequestId"] = tenant.Ids.Id(SeededKind.Request, index),
        ["lastSuccessfulSignInDateTime"] = GraphJson.Date(at),
        ["lastSuccessfulSignInRequestId"] = tenant.Ids.Id(SeededKind.Request, index),
    };
}

using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>The type <c>federatedIdentityCredential</c>; its claims matching expression is in the beta version only.</summary>
internal static class FederatedCredentialType
{
    public static GraphType<FederatedCredentialRow> Of() => new("federatedIdentityCredential", Properties);

    private static IReadOnlyList<GraphProperty<FederatedCredentialRow>> Properties =>
    [
        new("id", (row, _) => row.Id),
        new("audiences", (row, _) => new JsonArray(row.Audience)),
        new("claimsMatchingExpression", (row, _) => row.Expression is { } expression
            ? new JsonObject { ["languageVersion"] = 1, ["value"] = expression }
            : null)
        { IsBeta = true },
        new("description", (row, _) => row.Description),
        new("issuer", (row, _) => row.Issuer, "eq"),
        new("name", (row, _) => row.Name, "eq"),
        new("subject", (row, _) => row.Subject, "eq"),
    ];

    /// <summary>One where it is expanded.</summary>
    public static JsonObject Write(FederatedCredentialRow row, GraphCall call, GraphExpand? expand)
    {
        var json = new JsonObject();
        foreach (var property in Properties)
        {
            if ((!property.IsBeta || call.IsBeta) && (expand?.Select is not { } select || select.Contains(property.Name)))
            {
                json[property.Name] = property.Value(row, call);
            }
        }

        return json;
    }
}

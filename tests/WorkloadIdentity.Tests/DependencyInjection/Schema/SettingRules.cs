using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;

namespace WorkloadIdentity.Tests;

/// <summary>
/// What the schema for editors says of the settings of a kind together: which must be there and which exclude each other. A secret may come
/// from elsewhere than a file, so none has to be there.
/// </summary>
internal static class SettingRules
{
    private static readonly Dictionary<string, Func<IEnumerable<JsonObject>>> All = new()
    {
        ["ManagedIdentity"] = () => [AtMostOne("ClientId", "ObjectId", "ResourceId")],
        ["ClientSecret"] = () => [AtMostOne("ClientSecret", "ClientSecretFile")],
        ["ClientCertificate"] = () =>
        [
            AtMostOne("CertificateFile", "CertificateSubject", "CertificateThumbprint", "Certificate"),
            Needs("CertificateKeyFile", "CertificateFile"),
            Needs("CertificateStore", "CertificateSubject", "CertificateThumbprint"),
        ],
        ["FederatedTokenVariable"] = () => [Required("TokenVariable")],
        ["ManagedIdentityFederation"] = () =>
        [
            ExactlyOne("IdentityClientId", "IdentityObjectId", "IdentityResourceId"),
        ],
        ["FederatedCredential"] = () => [Required("Credential")],
        ["AgentIdentity"] = () => [Required("Blueprint")],
        ["FederatedTokenUrl"] = () => [Required("Url")],
        ["FederatedTokenCommand"] = () => [Required("Command")],
        ["Chain"] = () => [Required("Credentials")],
        ["KeyVaultCertificate"] = () => [Required("Vault"), Required("CertificateName")],
        ["KeyVaultSecret"] = () => [Required("Vault"), Required("SecretName")],
    };

    public static IEnumerable<JsonObject> Of(CredentialKind kind)
    {
        var rules = All.TryGetValue(kind.Name, out var own) ? own() : [];
        return ApplicationSettings.Names.All(kind.Settings.Contains) ? [Required("ClientId"), OneTenantOrMany(), .. rules] : rules;
    }

    public static JsonObject Required(params string[] names) => new()
    {
        ["type"] = "object",
        ["properties"] = new JsonObject([.. names.Select(name => KeyValuePair.Create(name, (JsonNode?)true))]),
        ["required"] = new JsonArray([.. names.Select(name => (JsonNode)name)]),
    };

    /// <summary>The setting goes with one of <paramref name="others"/> only.</summary>
    private static JsonObject Needs(string name, params string[] others) => new()
    {
        ["if"] = Required(name),
        ["then"] = new JsonObject { ["anyOf"] = new JsonArray([.. others.Select(other => Required(other))]) },
    };

    private static JsonObject ExactlyOne(params string[] names) =>
        new() { ["oneOf"] = new JsonArray([.. names.Select(name => Required(name))]) };

    private static JsonObject AtMostOne(params string[] names) => new()
    {
        ["oneOf"] = new JsonArray(
        [
            .. names.Select(name => Required(name)),
            new JsonObject { ["not"] = new JsonObject { ["anyOf"] = new JsonArray([.. names.Select(name => Required(name))]) } },
        ]),
    };

    private static JsonObject OneTenantOrMany()
    {
        var many = Required("MultiTenant");
        many["properties"] = new JsonObject { ["MultiTenant"] = new JsonObject { ["enum"] = new JsonArray(true, "true", "True") } };
        return new JsonObject
        {
            ["if"] = many,
            ["then"] = new JsonObject { ["type"] = "object", ["properties"] = new JsonObject { ["TenantId"] = false } },
            ["else"] = Required("TenantId"),
        };
    }
}

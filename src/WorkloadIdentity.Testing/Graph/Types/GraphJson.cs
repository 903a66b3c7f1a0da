using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>Values as Graph writes them.</summary>
internal static class GraphJson
{
    public static JsonNode? Date(DateTimeOffset? at) => at is { } date
        ? date.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)
        : null;

    /// <summary>A text of a body; null for a member that is missing or is no text.</summary>
    public static string? Text(JsonElement body, string name) =>
        body.ValueKind == JsonValueKind.Object && body.TryGetProperty(name, out var value) ? Text(value) : null;

    /// <inheritdoc cref="Text(JsonElement, string)"/>
    public static string? Text(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            throw GraphErrorException.BadRequest("The body has half of a surrogate pair, which is no text.");
        }
    }

    /// <inheritdoc cref="Text(JsonElement, string)"/>
    public static string? Text(JsonNode? value) => value is JsonValue some && some.TryGetValue<string>(out var text) ? text : null;

    /// <summary>The object of a body.</summary>
    public static JsonObject Object(JsonElement body) => body.ValueKind == JsonValueKind.Object
        ? (JsonObject)JsonNode.Parse(body.GetRawText())!
        : throw GraphErrorException.BadRequest("Expected a JSON object.");

    /// <summary>Refuses a body.</summary>
    public static void Require(bool holds, string message)
    {
        if (!holds)
        {
            throw GraphErrorException.BadRequest(message);
        }
    }

    public static JsonArray Array(IEnumerable<string> values) => new([.. values.Select(value => (JsonNode)value)]);

    public static JsonArray Array(IEnumerable<JsonObject> values) => new([.. values.Select(value => (JsonNode)value)]);

    public static JsonArray Passwords(IEnumerable<CredentialRow> credentials) =>
        Array(credentials.Where(credential => !credential.IsKey).Select(credential => new JsonObject
        {
            ["customKeyIdentifier"] = null,
            ["displayName"] = credential.Name,
            ["endDateTime"] = Date(credential.EndsOn),
            ["hint"] = credential.Hint,
            ["keyId"] = credential.KeyId,
            ["secretText"] = null,
            ["startDateTime"] = Date(credential.StartsOn),
        }));

    /// <param name="credentials">The credentials.</param>
    /// <param name="withKeys">Whether the certificates themselves are wanted.</param>
    public static JsonArray Keys(IEnumerable<CredentialRow> credentials, bool withKeys) =>
        Array(credentials.Where(credential => credential.IsKey).Select(credential => new JsonObject
        {
            ["customKeyIdentifier"] = Convert.ToBase64String(credential.Thumbprint!),
            ["displayName"] = credential.Name,
            ["endDateTime"] = Date(credential.EndsOn),
            ["key"] = withKeys && credential.Key is { } key ? Convert.ToBase64String(key) : null,
            ["keyId"] = credential.KeyId,
            ["startDateTime"] = Date(credential.StartsOn),
            ["type"] = "AsymmetricX509Cert",
            ["usage"] = credential.Usage,
        }));

    public static JsonArray Roles(IEnumerable<AppRoleRow> roles) => Array(roles.Select(role => new JsonObject
    {
        ["allowedMemberTypes"] = new JsonArray("Application"),
        ["description"] = $"Allows {role.Value}.",
        ["displayName"] = role.Value,
        ["id"] = role.Id,
        ["isEnabled"] = true,
        ["origin"] = "Application",
        ["value"] = role.Value,
    }));
}

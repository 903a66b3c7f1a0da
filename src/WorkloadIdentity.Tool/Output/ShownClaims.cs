using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace WorkloadIdentity.Tool;

/// <summary>
/// The claims of a token as they may be shown. Unless everything is asked for, a claim is shown when it is known to say something about a
/// workload; of people, and of whatever is not known here, only the name is.
/// </summary>
internal static class ShownClaims
{
    private static readonly FrozenSet<string> OfWorkloads =
    [
        "aud", "iss", "iat", "nbf", "exp", "ver", "tid", "appid", "azp", "appidacr", "azpacr", "app_displayname", "idtyp", "idp", "roles",
        "scp", "wids", "xms_mirid", "xms_az_rid", "xms_cc",
        "acr", "acrs", "amr", "emulator", "typ", "alg", "kid", "x5t",
    ];

    // In an application's token these identify the service principal; in a user's token, the user.
    private static readonly FrozenSet<string> OfWhoever = ["oid", "sub"];

    // Only in tokens of users.
    private static readonly IReadOnlyList<string> OfUsers = ["scp", "upn", "unique_name", "preferred_username", "email"];

    /// <summary>The claims of a token; null if it cannot be read.</summary>
    public static JsonObject? Of(string token, Redaction redaction)
    {
        try
        {
            return UnverifiedJwt.TryRead(token) is { } jwt ? Of(jwt.Claims, redaction) : null;
        }
        catch (InvalidOperationException)
        {
            // The name contains half of a surrogate pair.
            return null;
        }
    }

    /// <summary>Whether a token with these claims is a user's.</summary>
    public static bool IsOfUser(JsonElement claims) =>
        claims.Text("idtyp") == "user" || OfUsers.Any(name => claims.Member(name) is not null);

    /// <summary>The members of an object, each shown or hidden.</summary>
    public static JsonObject Of(JsonElement claims, Redaction redaction)
    {
        var isUser = IsOfUser(claims);
        var shown = new JsonObject();
        foreach (var claim in claims.EnumerateObject())
        {
            shown[redaction.Text(claim.Name)] = !redaction.IsOn || OfWorkloads.Contains(claim.Name) ? Value(claim.Value, redaction)
                : !OfWhoever.Contains(claim.Name) ? UntrustedText.Hidden
                : isUser ? Redaction.Short(redaction.Text(claim.Value.ToString()))
                : Value(claim.Value, redaction);
        }

        return shown;
    }

    private static JsonNode? Value(JsonElement value, Redaction redaction) => value.ValueKind switch
    {
        JsonValueKind.String => JsonValue.Create(redaction.Text(StrictJson.Text(value) ?? "")),
        JsonValueKind.Array => new JsonArray([.. value.EnumerateArray().Select(item => Value(item, redaction))]),
        JsonValueKind.Object =>
            new JsonObject(
                value.EnumerateObject().Select(member => KeyValuePair.Create(redaction.Text(member.Name), Value(member.Value, redaction)))),
        JsonValueKind.True => JsonValue.Create(true),
        JsonValueKind.False => JsonValue.Create(false),
        JsonValueKind.Number => JsonNode.Parse(value.GetRawText()),
        _ => null,
    };
}

using System.Buffers.Text;
using System.Text.Json;

namespace WorkloadIdentity.Governance;

/// <summary>Who acts in which tenant, for the reader of a plan.</summary>
/// <param name="TenantId">The id of the tenant.</param>
/// <param name="Name">The identity that acts.</param>
internal sealed record GraphActor(string TenantId, string Name)
{
    private const int Longest = 200;

    /// <summary>
    /// What the claims of a token for Graph say. The token was just issued to this program, so its signature is not checked.
    /// </summary>
    /// <returns>Null if the token has no claims that can be read.</returns>
    public static GraphActor? Of(AccessToken token)
    {
        try
        {
            if (token.Value.Split('.') is not [_, var payload, _])
            {
                return null;
            }

            using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(payload));
            if (Claim(claims, "tid") is not { } tenant)
            {
                return null;
            }

            var application = Claim(claims, "appid") ?? Claim(claims, "azp");
            var display = Claim(claims, "app_displayname") is { } name ? $"'{name}' " : "";
            var user = Claim(claims, "scp") is null ? null : Claim(claims, "upn") ?? Claim(claims, "preferred_username");
            return new GraphActor(
                tenant,
                user is not null ? $"user {user}, through application {application}"
                    : $"application {display}(client id {application}, object id {Claim(claims, "oid")})");
        }
        catch (Exception exception) when (exception is FormatException or JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static string? Claim(JsonDocument claims, string name) =>
        claims.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? ServerText.Clean(value.GetString(), Longest)
            : null;
}

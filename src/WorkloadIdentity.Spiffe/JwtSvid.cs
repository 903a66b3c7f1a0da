using System.Buffers.Text;
using System.Text.Json;
using WorkloadIdentity.Spiffe.Protocol;

namespace WorkloadIdentity.Spiffe;

/// <summary>
/// Whether Entra can accept a JWT-SVID, before it is sent. The signature is not checked: the agent is trusted, and Entra checks it
/// (<see href="https://github.com/spiffe/spiffe/blob/main/standards/JWT-SVID.md">JWT-SVID</see>).
/// </summary>
internal static class JwtSvid
{
    private const string Rs256 = "RS256";

    /// <summary>Why the SVID cannot be used; null if it can.</summary>
    public static TokenError? Problem(JWTSVID svid, string audience, DateTimeOffset now)
    {
        var parts = svid.Svid.Split('.');
        using var header = parts.Length == 3 ? Read(parts[0]) : null;
        using var claims = header is null ? null : Read(parts[1]);
        if (header is null || claims is null || parts[2].Length == 0)
        {
            return Invalid("is not a signed JWT in the compact form.");
        }

        try
        {
            return Problem(svid, header, claims, audience, now);
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair is found when a text is compared, not when the document is read.
            return Invalid("has a text that is not Unicode.");
        }
    }

    private static TokenError? Problem(JWTSVID svid, JsonDocument header, JsonDocument claims, string audience, DateTimeOffset now)
    {
        if (Text(header, "alg") is not { } algorithm || TokenError.Quote(algorithm) is null
            || Text(header, "typ") is not (null or "JWT" or "JOSE"))
        {
            return Invalid("has a header that the standard does not allow.");
        }

        if (Text(claims, "sub") != svid.SpiffeId || SpiffeId.Problem(svid.SpiffeId) is not null)
        {
            return Invalid("has another subject (sub) than the SPIFFE ID that it was returned for.");
        }

        return !HasAudience(claims, audience) ? Invalid("does not have the audience (aud) that was asked for.")
            : !claims.RootElement.TryGetProperty("exp", out var exp) || exp.ValueKind != JsonValueKind.Number
                || !exp.TryGetDouble(out var seconds) ? Invalid("has no time of expiry (exp).")
            : seconds <= now.ToUnixTimeSeconds()
                ? SpiffeError.Transient(
                    TokenErrorKind.InvalidResponse,
                    $"The JWT-SVID of {svid.SpiffeId} has already expired. Check that the agent reaches its server, and the clock of this "
                        + "machine.")
            : ForEntra(svid.SpiffeId, algorithm, Text(claims, "iss"));
    }

    /// <summary>What the standard allows and Entra does not accept.</summary>
    private static TokenError? ForEntra(string spiffeId, string algorithm, string? issuer) =>
        algorithm != Rs256
            ? SpiffeError.Of(
                TokenErrorKind.InvalidConfiguration,
                $"The JWT-SVID of {spiffeId} is signed with {TokenError.Quote(algorithm)}, and Entra accepts RS256 alone. It was not sent. "
                    + "Set jwt_key_type = \"rsa-2048\" in the configuration of the SPIRE server. The next JWT key has that type: let the "
                    + "server prepare and activate one (spire-server localauthority jwt prepare, then activate).")
        : issuer is null || !issuer.StartsWith("https://", StringComparison.Ordinal)
            ? SpiffeError.Of(
                TokenErrorKind.InvalidConfiguration,
                $"The JWT-SVID of {spiffeId} has no https URL as its issuer (iss), so Entra cannot find the keys. It was not sent. Set "
                    + "jwt_issuer in the configuration of the SPIRE server to the public address of the OIDC discovery provider.")
        : null;

    private static TokenError Invalid(string problem) => SpiffeError.Of(
        TokenErrorKind.InvalidResponse,
        $"The SPIFFE agent returned a JWT-SVID that {problem} It was not sent. Check what answers at the agent's address.");

    private static bool HasAudience(JsonDocument claims, string audience) =>
        claims.RootElement.TryGetProperty("aud", out var aud) && aud.ValueKind switch
        {
            JsonValueKind.String => aud.ValueEquals(audience),
            JsonValueKind.Array => aud.EnumerateArray().Any(one => one.ValueKind == JsonValueKind.String && one.ValueEquals(audience)),
            _ => false,
        };

    private static string? Text(JsonDocument document, string member) =>
        document.RootElement.TryGetProperty(member, out var value)
            ? value.ValueKind == JsonValueKind.String ? value.GetString() : ""
            : null;

    private static JsonDocument? Read(string part)
    {
        try
        {
            var document = JsonDocument.Parse(Base64Url.DecodeFromChars(part));
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return document;
            }

            document.Dispose();
            return null;
        }
        catch (Exception exception) when (exception is FormatException or JsonException)
        {
            return null;
        }
    }
}

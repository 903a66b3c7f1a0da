using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Unicode;

namespace WorkloadIdentity;

/// <summary>
/// Reads the <c>claims</c> of a challenge (<see href="https://learn.microsoft.com/entra/identity-platform/claims-challenge">claims
/// challenge</see>): base64 of a JSON object. An API sends it, so its size is limited, and only its claims for access tokens are sent to
/// Entra.
/// </summary>
internal static class ChallengeClaims
{
    /// <summary>The limit on the JSON text.</summary>
    public const int MaxBytes = 8 * 1024;

    /// <summary>The limit on the parameter: base64 takes 4 characters for 3 bytes.</summary>
    public const int MaxLength = 2 * MaxBytes;

    /// <summary>The limit on the normalised claims, which is that of a token request.</summary>
    public const int MaxWritten = 16 * 1024;

    public const int MaxDepth = StrictJson.MaxDepth;

    /// <summary>
    /// The claims as a JSON object with the one member <c>access_token</c>. The text is normalised, so equal claims are equal text. Returns
    /// false if they cannot be read.
    /// </summary>
    public static bool TryRead(string? value, [NotNullWhen(true)] out string? claims)
    {
        claims = null;
        var text = value?.Trim();
        if (string.IsNullOrEmpty(text) || text.Length > MaxLength)
        {
            return false;
        }

        // Some servers send the object itself without base64.
        return (FromBase64(text) is { } decoded && TryNormalize(decoded, out claims))
            || (text.StartsWith('{') && Encoding.UTF8.GetByteCount(text) <= MaxBytes && TryNormalize(text, out claims));
    }

    /// <summary>The standard and the url-safe alphabet, with padding, without it, or with it percent-encoded.</summary>
    private static string? FromBase64(string text)
    {
        var plain = text.Replace("%3D", "=", StringComparison.OrdinalIgnoreCase).TrimEnd('=').Replace('-', '+').Replace('_', '/');
        var bytes = new byte[plain.Length];
        if (!Convert.TryFromBase64String(plain.PadRight((plain.Length + 3) / 4 * 4, '='), bytes, out var length)
            || length is 0 or > MaxBytes)
        {
            return null;
        }

        var decoded = bytes.AsSpan(0, length);
        return Utf8.IsValid(decoded) ? Encoding.UTF8.GetString(decoded) : null;
    }

    private static bool TryNormalize(string json, [NotNullWhen(true)] out string? claims)
    {
        claims = AccessTokenClaims.Rewrite(json, declareCapability: false).Claims;
        if (claims is not null && Encoding.UTF8.GetByteCount(claims) > MaxWritten)
        {
            claims = null;
        }

        return claims is not null;
    }
}

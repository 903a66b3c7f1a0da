using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace WorkloadIdentity;

/// <summary>The claims that an API demands of a token. They are compared by their hash. Immutable.</summary>
internal sealed class DemandedClaims
{
    // A challenge is a few hundred bytes.
    private const int MaxParsed = 16 * 1024;

    private DemandedClaims(string text)
    {
        Text = text;
        Hash = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
        NotBefore = ReadNotBefore(text);
    }

    /// <summary>What a token request carries.</summary>
    public string Text { get; }

    public string Hash { get; }

    /// <summary>
    /// Set when the claims ask for nothing but a token that is newer than this moment (<c>nbf</c>): after a password change or a
    /// revocation, for example. Any token acquired later satisfies them. Null when they ask for anything else.
    /// </summary>
    public DateTimeOffset? NotBefore { get; }

    public static DemandedClaims? Of(string? text) => text is null ? null : new DemandedClaims(text);

    private static DateTimeOffset? ReadNotBefore(string text)
    {
        if (text.Length > MaxParsed)
        {
            return null;
        }

        try
        {
            using var document = StrictJson.Parse(text);
            return document?.RootElement.Member(AccessTokenClaims.Member) is { ValueKind: JsonValueKind.Object } wanted
                && wanted.EnumerateObject().ToArray() is [{ Name: "nbf", Value: { ValueKind: JsonValueKind.Object } nbf }]
                && nbf.TryGetProperty("value", out var value)
                    ? ReadMoment(value)
                    : null;
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
        {
            // Half of a surrogate pair: then they are claims like any others.
            return null;
        }
    }

    /// <summary>Seconds since 1970, as a number or as text.</summary>
    private static DateTimeOffset? ReadMoment(JsonElement value)
    {
        long seconds = 0;
        var isRead = value.ValueKind switch
        {
            JsonValueKind.Number => value.TryGetInt64(out seconds),
            JsonValueKind.String => long.TryParse(value.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out seconds),
            _ => false,
        };
        return isRead && seconds >= 0 && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;
    }
}

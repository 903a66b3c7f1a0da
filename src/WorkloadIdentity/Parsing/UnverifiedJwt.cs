using System.Buffers.Text;
using System.Text.Json;

namespace WorkloadIdentity;

/// <summary>
/// Reads a JWT that somebody else will judge (RFC 7519): for an expiry that bounds a cache, and for messages that show what an assertion
/// says. Nothing is verified and nothing may be trusted because of it. Written out here, so that reading loads no library.
/// </summary>
internal sealed class UnverifiedJwt
{
    private const double LastMoment = 253402300799;

    private readonly string _header;
    private readonly JsonElement _claims;

    private UnverifiedJwt(string header, JsonElement claims)
    {
        _header = header;
        _claims = claims;
    }

    /// <summary>All it claims: an object.</summary>
    public JsonElement Claims => _claims;

    /// <summary>Its header, an object; null when that cannot be read.</summary>
    public JsonElement? Header => Parse(_header);

    public string? Issuer => _claims.Text("iss");

    public string? Subject => _claims.Text("sub");

    /// <summary>The audiences: a string or an array of them (RFC 7519 section 4.1.3).</summary>
    public IReadOnlyList<string> Audiences => _claims.Member("aud") switch
    {
        { ValueKind: JsonValueKind.Array } list => [.. list.EnumerateArray().Select(StrictJson.Text).OfType<string>()],
        { } single when StrictJson.Text(single) is { } audience => [audience],
        _ => [],
    };

    public DateTimeOffset? NotBefore => Moment("nbf");

    /// <summary>When it ends (RFC 7519 section 4.1.4); null when that cannot be read.</summary>
    public DateTimeOffset? ExpiresOn => Moment("exp");

    /// <summary>The <c>alg</c> of its header; null when that cannot be read.</summary>
    public string? Algorithm => Parse(_header)?.Text("alg");

    /// <summary>The JWT in <paramref name="text"/>; null when its claims cannot be read.</summary>
    public static UnverifiedJwt? TryRead(string? text) =>
        text?.Split('.') is [var header, var payload, _] && Parse(payload) is { } claims ? new UnverifiedJwt(header, claims) : null;

    /// <summary>Whether one of its parts is a JSON object in base64url.</summary>
    public static bool IsObject(string part) => Parse(part) is not null;

    private DateTimeOffset? Moment(string name) =>
        _claims.Member(name) is { ValueKind: JsonValueKind.Number } number && number.TryGetDouble(out var seconds)
            && seconds is > 0 and < LastMoment
            ? DateTimeOffset.UnixEpoch.AddSeconds(seconds)
            : null;

    private static JsonElement? Parse(string part)
    {
        if (part.Length == 0 || !Base64Url.IsValid(part))
        {
            return null;
        }

        using var document = StrictJson.Parse(Base64Url.DecodeFromChars(part));
        return document?.RootElement.Clone();
    }
}

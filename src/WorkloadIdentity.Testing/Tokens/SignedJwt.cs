using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;

namespace WorkloadIdentity.Testing;

/// <summary>A JWS in compact form as it arrived (RFC 7515 section 3.1): read, and not yet believed.</summary>
/// <remarks>
/// Written by hand on purpose: each check of an assertion answers with a code of its own, and the library the SDK signs with is not
/// asked to judge its own work.
/// </remarks>
internal sealed class SignedJwt
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 16, AllowDuplicateProperties = false };

    private readonly JsonElement _header;
    private readonly JsonElement _claims;
    private readonly byte[] _signedBytes;
    private readonly byte[] _signature;

    private SignedJwt(JsonElement header, JsonElement claims, byte[] signedBytes, byte[] signature)
    {
        _header = header;
        _claims = claims;
        _signedBytes = signedBytes;
        _signature = signature;
    }

    public string? Algorithm => Text(_header, "alg");

    /// <summary>The SHA-1 thumbprint of the signing certificate, base64url (RFC 7515 section 4.1.7).</summary>
    public string? Thumbprint => Text(_header, "x5t");

    /// <summary>The SHA-256 thumbprint of the signing certificate, base64url (RFC 7515 section 4.1.8).</summary>
    public string? ThumbprintS256 => Text(_header, "x5t#S256");

    /// <summary>Whether the header names a certificate by its thumbprint.</summary>
    public bool NamesCertificate => (ThumbprintS256 ?? Thumbprint) is not null;

    public bool HasCertificateChain => _header.TryGetProperty("x5c", out _);

    /// <summary>The <c>x5c</c>: an array of certificates in Base64, or a single one.</summary>
    public IReadOnlyList<string> CertificateChain => Strings(_header, "x5c");

    public string? Issuer => Claim("iss");

    public string? Subject => Claim("sub");

    public string? Id => Claim("jti");

    public DateTimeOffset? NotBefore => Date("nbf");

    public DateTimeOffset? ExpiresOn => Date("exp");

    /// <summary>The SHA-256 of the certificate that the token is bound to (RFC 8705 section 3.1); null for an ordinary one.</summary>
    public string? Confirmation =>
        _claims.TryGetProperty("cnf", out var confirmation) && confirmation.ValueKind == JsonValueKind.Object
            ? Text(confirmation, "x5t#S256")
            : null;

    /// <summary>The audiences: a string or an array of them (RFC 7519 section 4.1.3).</summary>
    public IReadOnlyList<string> Audiences => Strings("aud");

    public string? Claim(string name) => Text(_claims, name);

    public long? Number(string name) =>
        _claims.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number)
            ? number
            : null;

    public IReadOnlyList<string> Strings(string name) => Strings(_claims, name);

    /// <summary>Whether the header's thumbprint is this certificate's: the SHA-256 one when stated, otherwise the SHA-1 one.</summary>
    public bool Names(X509Certificate2 certificate) =>
        ThumbprintS256 is { } s256 ? Base64Url.EncodeToString(certificate.GetCertHash(HashAlgorithmName.SHA256)) == s256
        : Thumbprint is { } s1 && Base64Url.EncodeToString(certificate.GetCertHash(HashAlgorithmName.SHA1)) == s1;

    /// <summary>The parts of <paramref name="value"/>, or null when it is not a JWT.</summary>
    public static SignedJwt? TryRead(string? value)
    {
        var parts = value?.Split('.');
        if (parts is not [{ Length: > 0 } header, { Length: > 0 } claims, { Length: > 0 } signature])
        {
            return null;
        }

        try
        {
            return new SignedJwt(
                ReadObject(header),
                ReadObject(claims),
                Encoding.ASCII.GetBytes($"{header}.{claims}"),
                Base64Url.DecodeFromChars(signature));
        }
        catch (Exception exception) when (exception is FormatException or JsonException or InvalidOperationException)
        {
            // The last one: half of a surrogate pair in a name, which is found when names are compared.
            return null;
        }
    }

    /// <summary>Whether the signature is this key's. Only RS256 and PS256 can be: "none" and shared-key algorithms never are.</summary>
    public bool IsSignedBy(RSA key) => Algorithm switch
    {
        "RS256" => key.VerifyData(_signedBytes, _signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
        "PS256" => key.VerifyData(_signedBytes, _signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pss),
        _ => false,
    };

    /// <summary>
    /// Whether <paramref name="now"/> lies within nbf and exp, give or take <paramref name="skew"/>. A token without exp never does.
    /// </summary>
    public bool IsWithinLifetime(DateTimeOffset now, TimeSpan skew) =>
        ExpiresOn is { } expiresOn && now - skew < expiresOn && (NotBefore is not { } notBefore || now + skew >= notBefore);

    private static JsonElement ReadObject(string part)
    {
        using var document = JsonDocument.Parse(Base64Url.DecodeFromChars(part), Strict);
        return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : throw new FormatException();
    }

    private static IReadOnlyList<string> Strings(JsonElement element, string name)
    {
        if (!element.TryGetProperty(name, out var value))
        {
            return [];
        }

        return value.ValueKind switch
        {
            JsonValueKind.Array => [.. value.EnumerateArray().Select(Text).OfType<string>()],
            _ => Text(value) is { } text ? [text] : [],
        };
    }

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? Text(value) : null;

    private static string? Text(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null; // Half a surrogate pair is valid JSON and no text.
        }
    }

    /// <summary>A NumericDate. Entra also takes one in quotes, which MSAL sends.</summary>
    private DateTimeOffset? Date(string name)
    {
        if (!_claims.TryGetProperty(name, out var value))
        {
            return null;
        }

        var text = value.ValueKind switch
        {
            JsonValueKind.Number => value.GetRawText(),
            _ => Text(value),
        };

        // Nothing before 1970 or after 9999: beyond lie dates that cannot be compared.
        return double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
            && seconds is >= 0 and <= 253402300799
            ? DateTimeOffset.FromUnixTimeSeconds((long)seconds)
            : null;
    }
}

using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;

namespace WorkloadIdentity.Tests;

/// <summary>A client assertion as a server would take it apart, with nothing but the runtime.</summary>
internal sealed class SentAssertion
{
    private readonly string[] _parts;

    public SentAssertion(string jwt)
    {
        _parts = jwt.Split('.');
        Assert.Equal(3, _parts.Length);
        Header = JsonDocument.Parse(Decode(_parts[0])).RootElement;
        Payload = JsonDocument.Parse(Decode(_parts[1])).RootElement;
    }

    public JsonElement Header { get; }

    public JsonElement Payload { get; }

    public string[] HeaderNames => [.. Header.EnumerateObject().Select(member => member.Name)];

    /// <summary>The certificates of <c>x5c</c>, in DER.</summary>
    public byte[][] Chain => [.. Header.GetProperty("x5c").EnumerateArray().Select(certificate => certificate.GetBytesFromBase64())];

    public string Id => Payload.GetProperty("jti").GetString()!;

    public static byte[] Decode(string text)
    {
        var padded = text.Replace('-', '+').Replace('_', '/');
        return Convert.FromBase64String(padded.PadRight((padded.Length + 3) / 4 * 4, '='));
    }

    public DateTimeOffset Time(string claim) => DateTimeOffset.FromUnixTimeSeconds(Payload.GetProperty(claim).GetInt64());

    public bool IsSignedBy(X509Certificate2 certificate, RSASignaturePadding padding)
    {
        using var key = certificate.GetRSAPublicKey()!;
        return key.VerifyData(Encoding.ASCII.GetBytes($"{_parts[0]}.{_parts[1]}"), Decode(_parts[2]), HashAlgorithmName.SHA256, padding);
    }
}

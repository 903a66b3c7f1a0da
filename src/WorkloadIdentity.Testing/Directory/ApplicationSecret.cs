using System.Security.Cryptography;
using System.Text;

namespace WorkloadIdentity.Testing;

/// <summary>A client secret an application may present. A class without members that print it.</summary>
internal sealed class ApplicationSecret(string value, DateTimeOffset? expiresOn)
{
    private readonly byte[] _hash = SHA256.HashData(Encoding.UTF8.GetBytes(value));

    public string Value => value;

    /// <summary>What Microsoft Graph calls it by: it tells nothing about the value.</summary>
    public string KeyId { get; } = Guid.NewGuid().ToString();

    /// <summary>From when on it is refused; null for never.</summary>
    public DateTimeOffset? ExpiresOn => expiresOn;

    public bool Matches(string presented) =>
        CryptographicOperations.FixedTimeEquals(_hash, SHA256.HashData(Encoding.UTF8.GetBytes(presented)));

    public bool HasExpired(DateTimeOffset now) => now >= expiresOn;
}

using System.Security.Cryptography;
using System.Text;

namespace WorkloadIdentity.Testing;

/// <summary>A client secret an application may present. A class without members that print it.</summary>
internal sealed class ApplicationSecret : ApplicationKey
{
    private readonly byte[] _hash;

    public ApplicationSecret(string value, DateTimeOffset? expiresOn)
    {
        (Value, ExpiresOn, KeyId) = (value, expiresOn, Guid.NewGuid().ToString());
        _hash = SHA256.HashData(Encoding.UTF8.GetBytes(value));
    }

    public string Value { get; }

    /// <summary>From when on it is refused; null for never.</summary>
    public DateTimeOffset? ExpiresOn { get; }

    public bool Matches(string presented) =>
        CryptographicOperations.FixedTimeEquals(_hash, SHA256.HashData(Encoding.UTF8.GetBytes(presented)));

    public bool HasExpired(DateTimeOffset now) => now >= ExpiresOn;
}

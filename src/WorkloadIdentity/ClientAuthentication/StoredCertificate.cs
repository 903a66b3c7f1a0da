using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace WorkloadIdentity;

/// <summary>
/// Names a certificate in a certificate store of the machine, by subject or by thumbprint. Immutable.
/// </summary>
internal sealed class StoredCertificate
{
    private readonly byte[]? _thumbprint;
    private readonly string? _subject;

    private StoredCertificate(byte[]? thumbprint, string? subject, StoreLocation location, string store)
    {
        _thumbprint = thumbprint;
        _subject = subject;
        Location = location;
        Store = Guard.Text(store, "The name of a certificate store", "My");
        if (location is not (StoreLocation.CurrentUser or StoreLocation.LocalMachine))
        {
            throw new ArgumentException("The location of a certificate store is CurrentUser or LocalMachine.", nameof(location));
        }
    }

    /// <summary>Where the store is.</summary>
    public StoreLocation Location { get; }

    /// <summary>The store's name: <c>My</c> is the personal one.</summary>
    public string Store { get; }

    /// <summary>The one certificate with this SHA-1 or SHA-256 thumbprint, in hexadecimal.</summary>
    public static StoredCertificate WithThumbprint(string thumbprint, StoreLocation location, string store)
    {
        ArgumentNullException.ThrowIfNull(thumbprint);
        var digits = new string([.. thumbprint.Where(character => character is not (' ' or ':' or '\u200E'))]);
        return digits.Length is 40 or 64 && digits.All(char.IsAsciiHexDigit)
            ? new StoredCertificate(Convert.FromHexString(digits), subject: null, location, store)
            : throw new ArgumentException(
                "The thumbprint of a certificate is 40 (SHA-1) or 64 (SHA-256) hexadecimal digits. Copy it from the certificate's details.",
                nameof(thumbprint));
    }

    /// <summary>The certificates with this whole distinguished name.</summary>
    public static StoredCertificate WithSubject(string subject, StoreLocation location, string store)
    {
        const string Example = "CN=orders-api, O=Contoso";
        Guard.Text(subject, "The subject of a certificate", Example);
        try
        {
            // Read back from its encoding, so that spaces and letter case of the keys are as a certificate's own name has them.
            var name = new X500DistinguishedName(new X500DistinguishedName(subject).RawData).Name;
            return new StoredCertificate(thumbprint: null, name, location, store);
        }
        catch (CryptographicException)
        {
            throw new ArgumentException($"The subject of a certificate is a distinguished name, such as: {Example}", nameof(subject));
        }
    }

    internal bool Matches(X509Certificate2 certificate) => _subject is not null
        ? certificate.SubjectName.Name.Equals(_subject, StringComparison.OrdinalIgnoreCase)
        : certificate.GetCertHash(_thumbprint!.Length == SHA256.HashSizeInBytes ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA1)
            .AsSpan().SequenceEqual(_thumbprint);

    /// <summary>What is looked for and where; no secret.</summary>
    public override string ToString() =>
        $"{(_subject is null
            ? $"thumbprint {Convert.ToHexString(_thumbprint!)}"
            : $"subject '{_subject}'")} in the certificate store {Location}/{Store}";
}

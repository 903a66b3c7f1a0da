using System.Security.Cryptography.X509Certificates;

namespace WorkloadIdentity;

/// <summary>
/// Where a certificate is, as the Azure SDKs write it too: the path of a file, or <c>cert:/CurrentUser/My/&lt;thumbprint&gt;</c> for a
/// certificate in a certificate store.
/// </summary>
internal static class CertificatePath
{
    private const string Scheme = "cert:";

    /// <summary>Whether <paramref name="path"/> names no file.</summary>
    public static bool IsStored(string path) => path.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase);

    /// <summary>The certificate in a store that <paramref name="path"/> names; null when it is the path of a file.</summary>
    /// <exception cref="ArgumentException">It begins as the name of one in a store, and is none.</exception>
    public static StoredCertificate? Stored(string path)
    {
        if (!IsStored(path))
        {
            return null;
        }

        // PowerShell, whose notation this is, takes both slashes. A location is known by its name alone: Enum.TryParse takes numbers too.
        return path[Scheme.Length..].Split('/', '\\') is ["", var location, { Length: > 0 } store, var thumbprint]
            && Array.Find(Enum.GetNames<StoreLocation>(), name => name.Equals(location, StringComparison.OrdinalIgnoreCase)) is { } known
                ? StoredCertificate.WithThumbprint(thumbprint, Enum.Parse<StoreLocation>(known), store)
                : throw new ArgumentException(
                    $"A path that begins with '{Scheme}' names a certificate in a store: "
                    + $"{Scheme}/CurrentUser/My/<thumbprint> or {Scheme}/LocalMachine/My/<thumbprint>.",
                    nameof(path));
    }
}

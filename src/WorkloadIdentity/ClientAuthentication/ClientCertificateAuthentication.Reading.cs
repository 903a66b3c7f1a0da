using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace WorkloadIdentity;

/// <summary>Reads certificates that a function of the application got as text.</summary>
public sealed partial class ClientCertificateAuthentication
{
    /// <summary>
    /// Reads a certificate with its key from text, as a vault or a secret store returns it: a PFX in base64, or PEM. For use in
    /// <see cref="FromCallback(Func{TokenError, CancellationToken, ValueTask{X509Certificate2Collection}}, string)"/>.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="password">The password of the key; null if it has none.</param>
    /// <returns>
    /// The certificates that can sign, with their keys, and then the others in the text, which may have issued them. They are the caller's.
    /// </returns>
    /// <exception cref="CryptographicException">
    /// The text is neither form, is damaged, needs another password, or holds no key that can sign. The message says what to do and quotes
    /// nothing.
    /// </exception>
    public static X509Certificate2Collection ReadCertificates(string text, string? password = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        var content = CertificateContent.Of(text)
            ?? throw new CryptographicException("The text is neither PEM nor base64. Use the text of a PEM file, or a PFX in base64.");
        var parsed = new CertificateParser("The text", keyName: "", password).Read(content, key: null);
        return parsed.Problem is { } problem
            ? throw new CryptographicException($"{problem}.", parsed.Exception)
            : parsed.ToCollection();
    }
}

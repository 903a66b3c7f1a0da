using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace WorkloadIdentity;

/// <summary>
/// Signs with a key that stays where it is: a vault, a hardware module. It is called for every token request and must be safe for
/// concurrent use.
/// </summary>
/// <param name="certificate">Whose key signs.</param>
/// <param name="hash">What is signed: a SHA-256 hash, 32 bytes.</param>
/// <param name="padding">
/// <see cref="RSASignaturePadding.Pss"/> with a salt of 32 bytes (PS256, RFC 7518 section 3.5), or <see cref="RSASignaturePadding.Pkcs1"/>
/// (RS256). A signer that cannot do the first throws <see cref="NotSupportedException"/> or <see cref="CryptographicException"/>, and is
/// asked for the second from then on.
/// </param>
/// <param name="cancellationToken">Ends the attempt; a time limit of its own is behind it too.</param>
/// <returns>The signature. It is checked against the certificate before it is sent.</returns>
public delegate ValueTask<byte[]> CertificateSigner(
    X509Certificate2 certificate, ReadOnlyMemory<byte> hash, RSASignaturePadding padding, CancellationToken cancellationToken);

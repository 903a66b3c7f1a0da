using System.Buffers.Text;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace WorkloadIdentity.Testing;

/// <summary>What an application may prove itself with. Reads take a snapshot, so a test may rotate while requests run.</summary>
internal sealed class ApplicationCredentials
{
    /// <summary>Entra's own limit per application.</summary>
    public const int MaxFederated = 20;

    private ImmutableList<ApplicationSecret> _secrets = [];
    private ImmutableList<X509Certificate2> _certificates = [];
    private ImmutableList<FederatedTrust> _federated = [];

    public IReadOnlyList<ApplicationSecret> Secrets => _secrets;

    public IReadOnlyList<FederatedTrust> Federated => _federated;

    public void Add(ApplicationSecret secret) => ImmutableInterlocked.Update(ref _secrets, list => list.Add(secret));

    public void Add(X509Certificate2 certificate) => ImmutableInterlocked.Update(ref _certificates, list => list.Add(certificate));

    public void Add(FederatedTrust trust)
    {
        if (_federated.Count >= MaxFederated)
        {
            throw new InvalidOperationException($"An application can have {MaxFederated} federated credentials at most, in Entra as here.");
        }

        ImmutableInterlocked.Update(ref _federated, list => list.Add(trust));
    }

    public bool RemoveSecret(string value) => ImmutableInterlocked.Update(ref _secrets, list => list.RemoveAll(secret => secret.Matches(value)));

    public bool RemoveCertificate(string thumbprint) =>
        ImmutableInterlocked.Update(ref _certificates, list => list.RemoveAll(certificate => certificate.Thumbprint == thumbprint));

    /// <summary>The certificate an assertion's header names by its thumbprint: SHA-256 when stated, otherwise SHA-1.</summary>
    public X509Certificate2? FindCertificate(SignedJwt assertion) => _certificates.Find(certificate =>
        assertion.ThumbprintS256 is { } s256 ? Thumbprint(certificate, HashAlgorithmName.SHA256) == s256
        : assertion.Thumbprint is { } s1 && Thumbprint(certificate, HashAlgorithmName.SHA1) == s1);

    private static string Thumbprint(X509Certificate2 certificate, HashAlgorithmName algorithm) => Base64Url.EncodeToString(certificate.GetCertHash(algorithm));
}

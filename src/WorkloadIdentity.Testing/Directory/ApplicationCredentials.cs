using System.Collections.Immutable;
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
    private ImmutableList<TrustedSubject> _subjects = [];

    public IReadOnlyList<ApplicationSecret> Secrets => _secrets;

    public IReadOnlyList<FederatedTrust> Federated => _federated;

    public IReadOnlyList<X509Certificate2> Certificates => _certificates;

    public IReadOnlyList<TrustedSubject> TrustedSubjects => _subjects;

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

    public bool Remove(FederatedTrust trust) => ImmutableInterlocked.Update(ref _federated, list => list.Remove(trust));

    public bool Replace(FederatedTrust trust, FederatedTrust by) =>
        ImmutableInterlocked.Update(ref _federated, list => list.Contains(trust) ? list.Replace(trust, by) : list);

    public void Add(TrustedSubject subject) => ImmutableInterlocked.Update(ref _subjects, list => list.Add(subject));

    public bool RemoveFederated(string issuer, string subject) =>
        ImmutableInterlocked.Update(ref _federated, list => list.RemoveAll(trust => trust.Issuer == issuer && trust.Subject == subject));

    public bool RemoveSubject(string subjectName) =>
        ImmutableInterlocked.Update(
            ref _subjects, list => list.RemoveAll(subject => subject.SubjectName.Equals(subjectName, StringComparison.OrdinalIgnoreCase)));

    public bool RemoveSecret(string value) =>
        ImmutableInterlocked.Update(ref _secrets, list => list.RemoveAll(secret => secret.Matches(value)));

    public bool RemoveCertificate(string thumbprint) =>
        ImmutableInterlocked.Update(ref _certificates, list => list.RemoveAll(certificate => certificate.Thumbprint == thumbprint));

    /// <summary>
    /// The certificate an assertion's header names by its thumbprint, or the registered one among <paramref name="sent"/>.
    /// </summary>
    public X509Certificate2? FindCertificate(SignedJwt assertion, X509Certificate2? sent) => _certificates.Find(certificate =>
        assertion.NamesCertificate ? assertion.Names(certificate)
        : sent is not null && certificate.RawDataMemory.Span.SequenceEqual(sent.RawDataMemory.Span));
}

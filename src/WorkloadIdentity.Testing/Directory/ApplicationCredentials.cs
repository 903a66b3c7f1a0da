using System.Collections.Immutable;
using System.Security.Cryptography.X509Certificates;

namespace WorkloadIdentity.Testing;

/// <summary>What an application may prove itself with. Reads take a snapshot, so a test may rotate while requests run.</summary>
internal sealed class ApplicationCredentials
{
    /// <summary>Entra's own limit per application.</summary>
    public const int MaxFederated = 20;

    private ImmutableList<ApplicationSecret> _secrets = [];
    private ImmutableList<ApplicationCertificate> _certificates = [];
    private ImmutableList<FederatedTrust> _federated = [];
    private ImmutableList<TrustedSubject> _subjects = [];

    /// <summary>Refuses a change of secrets or certificates through Graph while another one is under way, as Graph does.</summary>
    public OwnChange Change { get; } = new();

    public IReadOnlyList<ApplicationSecret> Secrets => _secrets;

    public IReadOnlyList<FederatedTrust> Federated => _federated;

    public IReadOnlyList<ApplicationCertificate> Certificates => _certificates;

    public IReadOnlyList<TrustedSubject> TrustedSubjects => _subjects;

    public void Add(ApplicationSecret secret) => ImmutableInterlocked.Update(ref _secrets, list => list.Add(secret));

    public void Add(ApplicationCertificate certificate) => ImmutableInterlocked.Update(ref _certificates, list => list.Add(certificate));

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
        ImmutableInterlocked.Update(ref _certificates, list => list.RemoveAll(each => each.Certificate.Thumbprint == thumbprint));

    public bool Remove(ApplicationCertificate certificate) =>
        ImmutableInterlocked.Update(ref _certificates, list => list.Remove(certificate));

    public bool RemoveSecretById(string? keyId) =>
        ImmutableInterlocked.Update(ref _secrets, list => list.RemoveAll(secret => secret.KeyId == keyId));

    /// <summary>
    /// The certificate an assertion's header names by its thumbprint, or the registered one among <paramref name="sent"/>.
    /// </summary>
    public ApplicationCertificate? FindCertificate(SignedJwt assertion, X509Certificate2? sent) => _certificates.Find(each =>
        assertion.NamesCertificate ? assertion.Names(each.Certificate)
        : sent is not null && each.Certificate.RawDataMemory.Span.SequenceEqual(sent.RawDataMemory.Span));
}

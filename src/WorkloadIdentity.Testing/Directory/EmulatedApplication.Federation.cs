using System.Security.Cryptography.X509Certificates;

namespace WorkloadIdentity.Testing;

/// <content>Whom the application trusts to speak for it.</content>
public sealed partial class EmulatedApplication
{
    /// <summary>
    /// Lets assertions of another issuer stand for this application. All three values are compared exactly, letter case included.
    /// </summary>
    /// <param name="issuer">The <c>iss</c>. Its key must be known here: <see cref="EntraEmulator.AddIssuer(string?)"/>.</param>
    /// <param name="subject">The <c>sub</c>.</param>
    /// <param name="audience">The <c>aud</c>.</param>
    /// <remarks>
    /// It is known from <see cref="EntraEmulator.FederatedCredentialDelay"/> on; until then it is as if it were not there.
    /// </remarks>
    /// <exception cref="InvalidOperationException">The application has 20 already, Entra's limit.</exception>
    public EmulatedApplication AddFederatedCredential(string issuer, string subject, string audience = EmulatedIssuer.ExchangeAudience)
    {
        RequireOwnCredentials();
        ArgumentException.ThrowIfNullOrWhiteSpace(issuer);
        ArgumentException.ThrowIfNullOrWhiteSpace(subject);
        ArgumentException.ThrowIfNullOrWhiteSpace(audience);
        Credentials.Add(new FederatedTrust(issuer, subject, audience, _entra.Clock.GetUtcNow() + _entra.FederatedCredentialDelay));
        return this;
    }

    /// <inheritdoc cref="AddFederatedCredential(string, string, string)"/>
    public EmulatedApplication AddFederatedCredential(
        EmulatedIssuer issuer, string subject, string audience = EmulatedIssuer.ExchangeAudience)
    {
        ArgumentNullException.ThrowIfNull(issuer);
        return AddFederatedCredential(issuer.Url, subject, audience);
    }

    /// <summary>
    /// Lets a user-assigned managed identity of the same tenant stand for this application, with its token for the exchange audience.
    /// </summary>
    /// <exception cref="ArgumentException">The identity is system-assigned, or of another tenant: neither can be trusted this
    /// way.</exception>
    public EmulatedApplication AddFederatedCredential(EmulatedManagedIdentity identity)
    {
        ArgumentNullException.ThrowIfNull(identity);
        if (identity.IsSystemAssigned || identity.Tenant != Tenant)
        {
            throw new ArgumentException(
                "Only a user-assigned managed identity of the application's home tenant can be a federated credential.", nameof(identity));
        }

        return AddFederatedCredential(Tenant.Issuer.AbsoluteUri, identity.ObjectId);
    }

    /// <summary>Removes the federated credentials with this issuer and subject.</summary>
    /// <exception cref="ArgumentException">The application has none.</exception>
    public void RemoveFederatedCredential(string issuer, string subject)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(issuer);
        ArgumentException.ThrowIfNullOrWhiteSpace(subject);
        if (!Credentials.RemoveFederated(issuer, subject))
        {
            throw new ArgumentException(
                $"Application {ClientId} has no federated credential with the issuer '{issuer}' and the subject '{subject}'.",
                nameof(subject));
        }
    }

    /// <summary>
    /// Trusts a subject's name and an authority in place of single certificates (SN+I): assertions signed with any certificate that bears
    /// the name, was issued below the authority, and comes along in <c>x5c</c>. Renewing such a certificate needs no change here.
    /// </summary>
    /// <param name="subjectName">The certificate's common name, or one of its DNS names.</param>
    /// <param name="authority">The authority, above the certificate directly or through others that come along. Only its public half is
    /// kept.</param>
    public EmulatedApplication AddTrustedSubject(string subjectName, X509Certificate2 authority)
    {
        RequireOwnCredentials();
        ArgumentException.ThrowIfNullOrWhiteSpace(subjectName);
        ArgumentNullException.ThrowIfNull(authority);
        Credentials.Add(new TrustedSubject(subjectName, X509CertificateLoader.LoadCertificate(authority.RawDataMemory.Span)));
        return this;
    }

    /// <summary>Trusts a subject's name no longer, whoever vouches for it.</summary>
    /// <exception cref="ArgumentException">The application does not trust it.</exception>
    public void RemoveTrustedSubject(string subjectName)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(subjectName);
        if (!Credentials.RemoveSubject(subjectName))
        {
            throw new ArgumentException($"Application {ClientId} does not trust the subject '{subjectName}'.", nameof(subjectName));
        }
    }
}

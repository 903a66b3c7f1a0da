using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;

namespace WorkloadIdentity.Testing;

/// <summary>
/// Checks an assertion a client signed with its certificate: one that is registered on the application, or one whose subject and authority
/// are trusted and which came along in <c>x5c</c> (SN+I).
/// </summary>
internal sealed class CertificateCheck(EntraEmulator entra)
{
    private readonly ConcurrentDictionary<string, DateTimeOffset> _usedIds = new();

    public TokenRefusal? Refuse(SignedJwt assertion, EmulatedTenant tenant, EmulatedApplication application, EmulatorExchange exchange)
    {
        if (assertion.Algorithm is not ("RS256" or "PS256"))
        {
            return TokenRefusals.UnsupportedAlgorithm("PS256, or RS256");
        }

        using var chain = CertificateChain.TryRead(assertion);
        if (chain is null && assertion.HasCertificateChain)
        {
            return TokenRefusals.MalformedChain;
        }

        if (chain is not null && assertion.NamesCertificate && !assertion.Names(chain.Leaf))
        {
            return TokenRefusals.ChainOfAnother;
        }

        var now = entra.Clock.GetUtcNow();
        var registered = application.Credentials.FindCertificate(assertion, chain?.Leaf);
        var certificate = now >= registered?.KnownFrom ? registered.Certificate : null;
        if (certificate is null && chain is not null && application.Credentials.TrustedSubjects.Count > 0)
        {
            if (RefuseSubject(chain.Leaf, chain.Certificates, application) is { } untrusted)
            {
                return untrusted;
            }

            certificate = chain.Leaf;
        }

        if (certificate is null)
        {
            return TokenRefusals.UnknownCertificate(application.ClientId);
        }

        using var key = certificate.GetRSAPublicKey();
        if (key is null || !assertion.IsSignedBy(key))
        {
            return TokenRefusals.InvalidSignature;
        }

        var refusal = !ApplicationCertificate.IsValid(certificate, now)
            ? TokenRefusals.CertificateOutsideValidity
            : RefuseClaims(assertion, tenant, application, exchange, now);
        if (refusal is null)
        {
            registered?.Use(now);
        }

        return refusal;
    }

    /// <summary>Null when the application trusts the subject and the authority of a certificate; otherwise why not.</summary>
    public static TokenRefusal? RefuseSubject(
        X509Certificate2 certificate, X509Certificate2Collection sentAlong, EmulatedApplication application)
    {
        var named = application.Credentials.TrustedSubjects.Where(subject => subject.Names(certificate)).ToList();
        return named.Count == 0
            ? TokenRefusals.SubjectNotTrusted(certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false), application.ClientId)
            : named.Exists(subject => subject.VouchesFor(certificate, sentAlong)) ? null
            : TokenRefusals.AuthorityNotTrusted;
    }

    private TokenRefusal? RefuseClaims(
        SignedJwt assertion, EmulatedTenant tenant, EmulatedApplication application, EmulatorExchange exchange, DateTimeOffset now)
    {
        if (assertion.Issuer != assertion.Subject)
        {
            return TokenRefusals.IssuerIsNotSubject;
        }

        if (!string.Equals(assertion.Subject, application.ClientId, StringComparison.OrdinalIgnoreCase))
        {
            return TokenRefusals.WrongAssertionSubject;
        }

        // The audience is the endpoint as it was addressed, by the tenant's id or by one of its domains.
        if (!assertion.Audiences.Any(audience =>
            audience == tenant.TokenEndpoint.AbsoluteUri || audience == $"{exchange.Origin}{exchange.Path[0]}/oauth2/v2.0/token"))
        {
            return TokenRefusals.WrongAssertionAudience(tenant.TokenEndpoint);
        }

        return !assertion.IsWithinLifetime(now, entra.ClockSkew) ? TokenRefusals.AssertionOutsideLifetime
            : assertion.Id is not { Length: > 0 } id ? TokenRefusals.AssertionWithoutId
            : !entra.AcceptsReusedAssertions && !IsFirstUse($"{application.ClientId}\n{id}", assertion.ExpiresOn!.Value, now)
            ? TokenRefusals.ReusedAssertion
            : null;
    }

    private bool IsFirstUse(string id, DateTimeOffset expiresOn, DateTimeOffset now)
    {
        // Past its expiry an assertion is refused for that, so its id need not be kept any longer.
        if (_usedIds.Count > 10_000)
        {
            foreach (var (used, until) in _usedIds)
            {
                if (until + entra.ClockSkew < now)
                {
                    _usedIds.TryRemove(used, out _);
                }
            }
        }

        return _usedIds.TryAdd(EmulatorJournal.Hash(id), expiresOn);
    }
}

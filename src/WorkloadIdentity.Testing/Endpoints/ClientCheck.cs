using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;

namespace WorkloadIdentity.Testing;

/// <summary>Checks that a client is who it says: secret, certificate assertion or federated assertion.</summary>
internal sealed class ClientCheck(EntraEmulator entra)
{
    private const string JwtBearer = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    private readonly ConcurrentDictionary<string, DateTimeOffset> _usedIds = new();

    /// <summary>How the request tries to authenticate, read without judging it.</summary>
    public static ClientAuthenticationMethod MethodOf(EmulatorExchange exchange)
    {
        if (exchange.Field("client_assertion") is not { } assertion)
        {
            return exchange.Field("client_secret") is null ? ClientAuthenticationMethod.None : ClientAuthenticationMethod.Secret;
        }

        // Whoever names a certificate, or issues for itself, means a certificate. All else was issued by somebody else.
        var jwt = SignedJwt.TryRead(assertion);
        return jwt is not null && (jwt.Thumbprint ?? jwt.ThumbprintS256) is null && jwt.Issuer != exchange.Field("client_id")
            ? ClientAuthenticationMethod.Federated
            : ClientAuthenticationMethod.Certificate;
    }

    /// <summary>Null when the client proved itself; otherwise why not.</summary>
    public TokenRefusal? Refuse(EmulatorExchange exchange, EmulatedTenant tenant, EmulatedApplication application)
    {
        var secret = exchange.Field("client_secret");
        var assertion = exchange.Field("client_assertion");
        if (secret is not null && assertion is not null)
        {
            return TokenRefusals.Malformed("'client_secret' and 'client_assertion' exclude each other (RFC 6749 section 2.3).");
        }

        if (secret is not null)
        {
            return RefuseSecret(secret, application);
        }

        if (assertion is null)
        {
            return TokenRefusals.NoClientAuthentication;
        }

        if (exchange.Field("client_assertion_type") is not { } type)
        {
            return TokenRefusals.MissingParameter("client_assertion_type");
        }

        if (type != JwtBearer)
        {
            return TokenRefusals.Malformed($"'client_assertion_type' must be '{JwtBearer}'.");
        }

        return SignedJwt.TryRead(assertion) is not { } jwt ? TokenRefusals.MalformedAssertion
            : MethodOf(exchange) == ClientAuthenticationMethod.Federated ? RefuseFederated(jwt, application)
            : RefuseCertificate(jwt, tenant, application, exchange);
    }

    private TokenRefusal? RefuseSecret(string presented, EmulatedApplication application)
    {
        var matching = application.Credentials.Secrets.Where(secret => secret.Matches(presented)).ToList();
        return matching.Count == 0 ? TokenRefusals.WrongSecret(application.ClientId)
            : matching.TrueForAll(secret => secret.HasExpired(entra.Clock.GetUtcNow())) ? TokenRefusals.ExpiredSecret(application.ClientId)
            : null;
    }

    private TokenRefusal? RefuseCertificate(SignedJwt assertion, EmulatedTenant tenant, EmulatedApplication application, EmulatorExchange exchange)
    {
        if (assertion.Algorithm is not ("RS256" or "PS256"))
        {
            return TokenRefusals.UnsupportedAlgorithm("PS256, or RS256");
        }

        if (application.Credentials.FindCertificate(assertion) is not { } certificate)
        {
            return TokenRefusals.UnknownCertificate(application.ClientId);
        }

        using var key = certificate.GetRSAPublicKey()!;
        if (!assertion.IsSignedBy(key))
        {
            return TokenRefusals.InvalidSignature;
        }

        var now = entra.Clock.GetUtcNow();
        if (now < certificate.NotBefore.ToUniversalTime() || now > certificate.NotAfter.ToUniversalTime())
        {
            return TokenRefusals.CertificateOutsideValidity;
        }

        if (assertion.Issuer != assertion.Subject)
        {
            return TokenRefusals.IssuerIsNotSubject;
        }

        if (!string.Equals(assertion.Subject, application.ClientId, StringComparison.OrdinalIgnoreCase))
        {
            return TokenRefusals.WrongAssertionSubject;
        }

        // The audience is the endpoint as it was addressed, by the tenant's id or by one of its domains.
        if (!assertion.Audiences.Any(audience => audience == tenant.TokenEndpoint.AbsoluteUri || audience == TokenEndpointAt(exchange.Path[0])))
        {
            return TokenRefusals.WrongAssertionAudience(tenant.TokenEndpoint);
        }

        return !assertion.IsWithinLifetime(now, entra.ClockSkew) ? TokenRefusals.AssertionOutsideLifetime
            : assertion.Id is not { Length: > 0 } id ? TokenRefusals.AssertionWithoutId
            : !IsFirstUse($"{application.ClientId}\n{id}", assertion.ExpiresOn!.Value, now) ? TokenRefusals.ReusedAssertion
            : null;
    }

    private TokenRefusal? RefuseFederated(SignedJwt assertion, EmulatedApplication application)
    {
        if (assertion.Algorithm != "RS256")
        {
            return TokenRefusals.UnsupportedAlgorithm("RS256, which is all Entra takes from other issuers");
        }

        var trusted = application.Credentials.Federated;
        if (trusted.Count == 0)
        {
            return TokenRefusals.NoFederatedCredential(application.ClientId);
        }

        var issuers = trusted.Where(trust => trust.Issuer == assertion.Issuer).ToList();
        if (issuers.Count == 0)
        {
            return TokenRefusals.NoMatchingIssuer(assertion.Issuer);
        }

        var subjects = issuers.FindAll(trust => trust.Subject == assertion.Subject);
        if (subjects.Count == 0)
        {
            return issuers.Exists(trust => trust.Subject.Equals(assertion.Subject, StringComparison.OrdinalIgnoreCase))
                ? TokenRefusals.SubjectDiffersInCase(assertion.Subject)
                : TokenRefusals.NoMatchingSubject(assertion.Subject);
        }

        if (!subjects.Exists(trust => assertion.Audiences.Contains(trust.Audience)))
        {
            return TokenRefusals.NoMatchingAudience(string.Join(", ", assertion.Audiences));
        }

        // A managed identity's token is this emulator's own; all others were signed by an issuer a test has added.
        var key = assertion.Issuer == application.Tenant.Issuer.AbsoluteUri ? entra.Key : entra.Directory.FindIssuer(assertion.Issuer!)?.Key;
        return key is null ? TokenRefusals.IssuerUnreachable(assertion.Issuer)
            : !key.HasSigned(assertion) ? TokenRefusals.InvalidSignature
            : !assertion.IsWithinLifetime(entra.Clock.GetUtcNow(), entra.ClockSkew) ? TokenRefusals.AssertionOutsideLifetime
            : null;
    }

    private string TokenEndpointAt(string tenant) => $"{entra.AuthorityHost.AbsoluteUri}{tenant}/oauth2/v2.0/token";

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

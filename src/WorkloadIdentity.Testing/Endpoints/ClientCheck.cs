namespace WorkloadIdentity.Testing;

/// <summary>Checks that a client is who it says: secret, certificate assertion or federated assertion.</summary>
internal sealed class ClientCheck(EntraEmulator entra)
{
    private const string JwtBearer = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    private readonly CertificateCheck _certificates = new(entra);
    private readonly BindingCheck _bindings = new(entra);

    /// <summary>How the request tries to authenticate, read without judging it.</summary>
    public static ClientAuthenticationMethod MethodOf(EmulatorExchange exchange)
    {
        if (exchange.Field("client_assertion") is not { } assertion)
        {
            return exchange.Field("client_secret") is not null ? ClientAuthenticationMethod.Secret
                : exchange.Certificate is not null && BindingCheck.IsAsked(exchange) ? ClientAuthenticationMethod.MutualTls
                : ClientAuthenticationMethod.None;
        }

        // Whoever names a certificate, or issues for itself, means a certificate. All else was issued by somebody else.
        var jwt = SignedJwt.TryRead(assertion);
        return jwt is { NamesCertificate: false, HasCertificateChain: false } && jwt.Issuer != exchange.Field("client_id")
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
            return _bindings.RefuseCertificate(exchange, application);
        }

        if (exchange.Field("client_assertion_type") is not { } type)
        {
            return TokenRefusals.MissingParameter("client_assertion_type");
        }

        if (type is not (JwtBearer or BindingCheck.BoundAssertion))
        {
            return TokenRefusals.Malformed($"'client_assertion_type' must be '{JwtBearer}' or '{BindingCheck.BoundAssertion}'.");
        }

        return SignedJwt.TryRead(assertion) is not { } jwt ? TokenRefusals.MalformedAssertion
            : BindingCheck.RefuseAssertion(exchange, jwt) is { } unbound ? unbound
            : MethodOf(exchange) == ClientAuthenticationMethod.Federated ? RefuseFederated(jwt, application)
            : _certificates.Refuse(jwt, tenant, application, exchange);
    }

    private TokenRefusal? RefuseSecret(string presented, EmulatedApplication application)
    {
        // One that Graph added just now is not known everywhere: until then it is as if it were not there.
        var now = entra.Clock.GetUtcNow();
        var matching = application.Credentials.Secrets.Where(secret => secret.Matches(presented) && now >= secret.KnownFrom).ToList();
        if (matching.Count == 0)
        {
            return TokenRefusals.WrongSecret(application.ClientId);
        }

        if (matching.Find(secret => !secret.HasExpired(now)) is not { } valid)
        {
            return TokenRefusals.ExpiredSecret(application.ClientId);
        }

        valid.Use(now);
        return null;
    }

    private TokenRefusal? RefuseFederated(SignedJwt assertion, EmulatedApplication application)
    {
        if (assertion.Algorithm != "RS256")
        {
            return TokenRefusals.UnsupportedAlgorithm("RS256, which is all Entra takes from other issuers");
        }

        // One that was made just now is not known everywhere: until then it is as if it were not there.
        var trusted = application.Credentials.Federated.Where(trust => entra.Clock.GetUtcNow() >= trust.KnownFrom).ToList();
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
        var issuer = entra.Directory.FindIssuer(assertion.Issuer!);
        var keys =
            assertion.Issuer == application.Tenant.Issuer.AbsoluteUri ? entra.Keys : issuer is { IsReachable: true } ? issuer.Keys : null;
        return keys is null ? TokenRefusals.IssuerUnreachable(assertion.Issuer)
            : !keys.HasSigned(assertion) ? TokenRefusals.InvalidSignature
            : !assertion.IsWithinLifetime(entra.Clock.GetUtcNow(), entra.ClockSkew) ? TokenRefusals.AssertionOutsideLifetime
            : null;
    }
}

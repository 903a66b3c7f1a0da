namespace WorkloadIdentity.Testing;

/// <summary>
/// Checks a request for a token that is bound to the certificate of the connection (RFC 8705), and a client that proves itself with that
/// certificate. As in Entra, the certificate is one whose subject and authority are trusted (SN+I), or it is that of a bound assertion.
/// </summary>
internal sealed class BindingCheck(EntraEmulator entra)
{
    /// <summary>The <c>token_type</c> of a bound token, and the scheme of its Authorization header.</summary>
    public const string TokenType = "mtls_pop";

    /// <summary>The type of an assertion that is bound to the certificate of the connection.</summary>
    public const string BoundAssertion = "urn:ietf:params:oauth:client-assertion-type:jwt-pop";

    /// <summary>Whether a bound token is asked for.</summary>
    public static bool IsAsked(EmulatorExchange exchange) => exchange.Field("token_type") == TokenType;

    /// <summary>Null when the request may have the kind of token that it asks for; otherwise why not.</summary>
    public TokenRefusal? Refuse(EmulatorExchange exchange, bool isForUser, string resource) =>
        exchange.Field("token_type") is { } type and not TokenType and not "Bearer"
            ? TokenRefusals.Malformed($"'token_type' is '{TokenType}', or left out.")
        : !IsAsked(exchange) ? null
        : exchange.Certificate is null
            ? TokenRefusals.Malformed($"'token_type={TokenType}' needs a certificate in TLS, and the connection has none.")
        : exchange.Field("client_secret") is not null
            || (exchange.Field("client_assertion") is not null && exchange.Field("client_assertion_type") != BoundAssertion)
            ? TokenRefusals.BindingNeedsTrustedSubject
        : isForUser ? TokenRefusals.Malformed($"'token_type={TokenType}' is for tokens of the application itself.")
        : entra.Directory.Apis.FirstOrDefault(api => api.Audience == resource) is { AcceptsBoundTokens: false }
            ? TokenRefusals.ResourceWithoutBinding(resource)
        : null;

    /// <summary>Null when the certificate of the connection proves the application; otherwise why not.</summary>
    public TokenRefusal? RefuseCertificate(EmulatorExchange exchange, EmulatedApplication application)
    {
        if (exchange.Certificate is not { } certificate || !IsAsked(exchange))
        {
            return TokenRefusals.NoClientAuthentication;
        }

        return application.Credentials.TrustedSubjects.Count == 0 ? TokenRefusals.BindingNeedsTrustedSubject
            : CertificateCheck.RefuseSubject(certificate, [], application) is { } untrusted ? untrusted
            : ApplicationCertificate.IsValid(certificate, entra.Clock.GetUtcNow()) ? null
            : TokenRefusals.CertificateOutsideValidity;
    }

    /// <summary>Null when an assertion is unbound, or bound to the certificate of the connection and sent so; otherwise why not.</summary>
    public static TokenRefusal? RefuseAssertion(EmulatorExchange exchange, SignedJwt assertion) =>
        assertion.Confirmation is null
            ? exchange.Field("client_assertion_type") == BoundAssertion
                ? TokenRefusals.Malformed("The assertion is sent as one that is bound to a certificate, and it is bound to none.")
                : null
        : assertion.Confirmation != exchange.CertificateThumbprint || exchange.Field("client_assertion_type") != BoundAssertion
            ? TokenRefusals.CertificateOfAnotherToken
        : null;
}

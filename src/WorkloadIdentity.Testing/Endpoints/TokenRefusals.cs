namespace WorkloadIdentity.Testing;

/// <summary>
/// Every refusal of the token endpoint on one screen, with Entra's code, OAuth error and status. The sentences are the emulator's own.
/// </summary>
internal static class TokenRefusals
{
    private const int Bad = 400;
    private const int Unauthorized = 401;

    // The request itself.
    public static readonly TokenRefusal WrongMethod = new(900561, "invalid_request", Bad, "The token endpoint takes POST only.");

    public static TokenRefusal UnknownTenant(string tenant) =>
        new(90002, "invalid_request", Bad, $"There is no tenant '{Cut(tenant)}'. Add it with entra.AddTenant().");

    public static readonly TokenRefusal NoTenant =
        new(
            50059,
            "invalid_request",
            Bad,
            "Neither the request nor its credentials name a tenant. Client credentials need a tenant's own address, not 'common' or "
                + "'organizations'.");

    public static TokenRefusal MalformedDiscovery(string what) =>
        new(50050, "invalid_request", Bad, $"The discovery request is malformed: {what}");

    public static TokenRefusal UnknownInstance(Uri authority) =>
        new(50049, "invalid_instance", Bad, $"'{Cut(authority.Authority)}' is no address of this emulator.");

    public static TokenRefusal MissingParameter(string name) =>
        new(900144, "invalid_request", Bad, $"The request body must contain the parameter '{name}', once, in a form.");

    public static TokenRefusal Malformed(string what) => new(9002313, "invalid_request", Bad, $"The request is malformed: {what}");

    public static TokenRefusal UnsupportedGrant(string grant) =>
        new(70003, "unsupported_grant_type", Bad, $"The grant type '{Cut(grant)}' is not supported.");

    public static TokenRefusal UnsupportedUse(string use) =>
        new(90023, "invalid_request", Bad, $"The value '{Cut(use)}' of 'requested_token_use' is not supported; 'on_behalf_of' is.");

    public static TokenRefusal UnknownClient(string clientId, EmulatedTenant tenant) => new(
        700016, "unauthorized_client", Bad,
        $"The application '{Cut(
            clientId)}' is not in the tenant '{tenant.Id}'. Add it with entra.AddApplication(), or with application.AddToTenant().");

    public static TokenRefusal ApplicationDisabled(string clientId) =>
        new(7000112, "unauthorized_client", Bad, $"The application '{clientId}' is disabled. (Emulator: IsEnabled is off.)");

    // What is asked for.
    public static TokenRefusal InvalidScope(string scope) =>
        new(
            70011,
            "invalid_scope",
            Bad,
            $"The scope '{Cut(scope)}' is not valid: it must name one resource, followed by '/.default' or a permission.");

    public static TokenRefusal ScopeWithoutDefault(string scope) =>
        new(
            1002012,
            "invalid_scope",
            Bad,
            $"The scope '{Cut(scope)}' is not valid: client credentials need the resource followed by '/.default'.");

    public static TokenRefusal SeveralResources(string scope) =>
        new(700022, "invalid_scope", Bad, $"The scope '{Cut(scope)}' names more than one resource.");

    public static TokenRefusal UnknownResource(string resource, EmulatedTenant tenant) => new(
        500011, "invalid_resource", Bad,
        $"The resource '{Cut(
            resource)}' is not in the tenant '{tenant.Id}'. Add it with entra.AddApi(). (Emulator: AcceptsAnyResource is off)");

    // Who asks.
    public static readonly TokenRefusal NoClientAuthentication =
        new(7000218, "invalid_client", Unauthorized, "The request body must contain 'client_secret' or 'client_assertion'.");

    public static readonly TokenRefusal BindingNeedsTrustedSubject =
        new(
            392189,
            "invalid_client",
            Unauthorized,
            "With a certificate in TLS, the application must trust its subject name and issuer (entra.Application.AddTrustedSubject()), or "
                + "prove itself with a federated credential.");

    public static readonly TokenRefusal CertificateOfAnotherToken =
        new(
            500181,
            "invalid_client",
            Unauthorized,
            "The assertion is bound to a certificate, and the connection does not have that certificate.");

    public static TokenRefusal ResourceWithoutBinding(string resource) =>
        new(392196, "invalid_request", Bad, $"'{Cut(resource)}' does not take tokens that are bound to a certificate.");

    public static TokenRefusal WrongSecret(string clientId) =>
        new(
            7000215,
            "invalid_client",
            Unauthorized,
            $"The client secret is none of the application '{clientId}'. Send its value, not its id.");

    public static TokenRefusal ExpiredSecret(string clientId) =>
        new(7000222, "invalid_client", Unauthorized, $"The client secret of the application '{clientId}' has expired.");

    public static readonly TokenRefusal MalformedAssertion =
        new(50027, "invalid_client", Unauthorized, "The client assertion is not a JWT.");

    public static readonly TokenRefusal AssertionWithoutId =
        new(
            50027,
            "invalid_client",
            Unauthorized,
            "The client assertion has no 'jti'. An assertion signed with a certificate must have one.");

    public static readonly TokenRefusal ReusedAssertion =
        new(50027, "invalid_client", Unauthorized, "The client assertion's 'jti' was used before. Sign a new assertion for each request.");

    public static TokenRefusal UnsupportedAlgorithm(string expected) =>
        new(
            5002730,
            "invalid_client",
            Unauthorized,
            $"The client assertion is signed with an algorithm that is not supported here. Use {expected}.");

    public static TokenRefusal UnknownCertificate(string clientId) => new(
        700027, "invalid_client", Unauthorized,
        $"The certificate that signed the client assertion is not registered on the application '{clientId}': no certificate has the "
            + "thumbprint in 'x5t#S256' or 'x5t'.");

    public static readonly TokenRefusal MalformedChain =
        new(50027, "invalid_client", Unauthorized, "The client assertion's 'x5c' is no list of certificates in Base64, leaf first.");

    public static readonly TokenRefusal ChainOfAnother =
        new(
            50027,
            "invalid_client",
            Unauthorized,
            "The first certificate in the client assertion's 'x5c' is not the one its thumbprint names.");

    public static TokenRefusal SubjectNotTrusted(string subject, string clientId) => new(
        700030, "invalid_client", Unauthorized,
        $"The subject name '{Cut(
            subject)}' of the certificate in 'x5c' is not trusted by the application '{clientId}'. Trust it with "
                + "application.AddTrustedSubject().");

    public static readonly TokenRefusal AuthorityNotTrusted =
        new(
            50012,
            "invalid_client",
            Unauthorized,
            "The certificate in 'x5c' bears a trusted subject name, but was not issued by the authority trusted for it.");

    public static readonly TokenRefusal InvalidSignature =
        new(700027, "invalid_client", Unauthorized, "The signature of the client assertion could not be verified.");

    public static readonly TokenRefusal CertificateOutsideValidity =
        new(1000502, "invalid_client", Unauthorized, "The certificate that signed the client assertion is not valid yet, or no longer.");

    public static readonly TokenRefusal WrongAssertionSubject =
        new(700021, "invalid_client", Unauthorized, "The client assertion's 'sub' is not the 'client_id' of the request.");

    public static readonly TokenRefusal IssuerIsNotSubject =
        new(50048, "invalid_client", Unauthorized, "The client assertion's 'sub' and 'iss' differ; both must be the client id.");

    public static TokenRefusal WrongAssertionAudience(Uri tokenEndpoint) =>
        new(
            700023,
            "invalid_client",
            Unauthorized,
            $"The client assertion's 'aud' is not this token endpoint, {tokenEndpoint.AbsoluteUri}");

    public static readonly TokenRefusal AssertionOutsideLifetime =
        new(700024, "invalid_client", Unauthorized, "The client assertion is not within its valid time range ('nbf' to 'exp').");

    // Federation.
    public static TokenRefusal NoFederatedCredential(string clientId) =>
        new(70025, "invalid_client", Unauthorized, $"The application '{clientId}' has no federated credential.");

    public static TokenRefusal NoMatchingIssuer(string? issuer) => NoMatch(700211, "issuer", issuer);

    public static TokenRefusal NoMatchingAudience(string audience) => NoMatch(700212, "audience", audience);

    public static TokenRefusal NoMatchingSubject(string? subject) => NoMatch(700213, "subject", subject);

    public static TokenRefusal SubjectDiffersInCase(string? subject) => new(
        7002138, "invalid_client", Unauthorized,
        $"No federated credential matches the assertion's subject '{Cut(
            subject)}' exactly; one does when letter case is ignored, which is not enough.");

    public static TokenRefusal IssuerUnreachable(string? issuer) => new(
        90061, "invalid_request", Bad,
        $"The keys of the external issuer '{Cut(issuer)}' could not be read. Add it with entra.AddIssuer().");

    // On behalf of a user.
    public static TokenRefusal InvalidUserAssertion(string why) => new(50013, "invalid_grant", Bad, $"The assertion is invalid: {why}");

    public static readonly TokenRefusal UserAssertionOutsideLifetime =
        new(500133, "invalid_grant", Bad, "The assertion is not within its valid time range ('nbf' to 'exp').");

    public static readonly TokenRefusal UserAssertionWithoutUser =
        new(7000114, "invalid_grant", Bad, "The assertion is an application's own token. Acting on behalf of a user needs a user's token.");

    // As the user of an agent identity.
    public static TokenRefusal NoSuchAgentUser(string user, string agent, EmulatedTenant tenant) => new(
        50034, "invalid_grant", Bad,
        $"The user account '{Cut(user)}' is not that of the agent identity '{agent}' in the tenant '{tenant.Id}'. Add it with "
            + "agent.AddAgentUser().");

    private static TokenRefusal NoMatch(long code, string what, string? value) => new(
        code, "invalid_client", Unauthorized,
        $"No federated credential matches the assertion's {what} '{Cut(
            value)}'. Issuer, subject and audience are compared exactly, letter case included.");

    /// <summary>What a caller sent is echoed as Entra does, but never at length.</summary>
    private static string Cut(string? value) => value is null ? "" : value.Length <= 200 ? value : $"{value.AsSpan(0, 200)}…";
}

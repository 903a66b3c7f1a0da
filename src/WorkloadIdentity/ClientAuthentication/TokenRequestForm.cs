using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace WorkloadIdentity;

/// <summary>
/// The form of one attempt at a token endpoint. Client authentication writes itself into it; what is secret in it is known,
/// so that it can be masked wherever a server plays it back. One attempt, one form.
/// </summary>
[DebuggerDisplay("{ToString(),nq}")]
internal sealed class TokenRequestForm
{
    public const string JwtBearerAssertion = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    /// <summary>The type of an assertion that is bound to the certificate of the connection, as MSAL sends it.</summary>
    public const string BoundAssertion = "urn:ietf:params:oauth:client-assertion-type:jwt-pop";

    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    private readonly List<KeyValuePair<string, string>> _fields;

    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    private readonly List<string> _secrets = [];

    // Compared after a refusal only: nothing is hashed, and no library for it loaded, while all is well.
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    private string _material = "";

    /// <summary>The client assertion in it, if there is one.</summary>
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public string? Assertion { get; private set; }

    /// <summary>Whether somebody else made the assertion: then what it says is worth telling when it is refused.</summary>
    public bool IsFederated { get; private set; }

    /// <summary>The certificate that proves the application, by a signature or in TLS; null when none does.</summary>
    public SigningCertificate? Certificate { get; private set; }

    /// <summary>The certificate that the connection must present; null where it presents none.</summary>
    public BoundCertificate? Binding { get; private set; }

    /// <summary>Whether it asks for a token that is bound to <see cref="Binding"/>.</summary>
    public bool AsksForBoundToken { get; private set; }

    /// <summary>The algorithm the assertion was signed with, where that was ours to choose.</summary>
    public string? Algorithm { get; private set; }

    /// <summary>An empty form.</summary>
    public TokenRequestForm() => _fields = [];

    /// <summary>The form of <paramref name="exchange"/>, without what proves the application.</summary>
    public TokenRequestForm(TokenExchange exchange)
    {
        var request = exchange.Request;
        _fields = [new("client_id", exchange.ClientId), new("scope", request.Scope)];
        if (request.UserAssertion is { } user)
        {
            _fields.Add(new("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"));
            _fields.Add(new("requested_token_use", "on_behalf_of"));
            _fields.Add(new("assertion", user));
            _secrets.Add(user);
        }
        else if (exchange.AgentToken is { } agentToken && request.AgentUser is { } agentUser)
        {
            _fields.Add(new("grant_type", "user_fic"));
            _fields.Add(new(agentUser.IsObjectId ? "user_id" : "username", agentUser.Value));
            AddSecret("user_federated_identity_credential", agentToken);
        }
        else
        {
            _fields.Add(new("grant_type", "client_credentials"));
        }

        if (request.FmiPath is { } fmiPath)
        {
            _fields.Add(new("fmi_path", fmiPath));
        }

        if (exchange.Claims is { } claims)
        {
            _fields.Add(new("claims", claims));
        }
    }

    /// <summary>The fields, secrets among them. Internal, because serializers read what is public.</summary>
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    internal IReadOnlyList<KeyValuePair<string, string>> Fields => _fields;

    public void Add(string name, string value) => _fields.Add(new(name, value));

    public void AddSecret(string name, string value)
    {
        Add(name, value);
        _secrets.Add(value);
    }

    /// <summary>RFC 6749 section 2.3.1.</summary>
    public void AddClientSecret(string secret)
    {
        AddSecret("client_secret", secret);
        _material = secret;
    }

    /// <summary>RFC 7523 section 2.2: an assertion of our own, signed with the key of <paramref name="certificate"/>.</summary>
    public void AddSignedAssertion(string assertion, string algorithm, SigningCertificate certificate)
    {
        AddAssertion(assertion, JwtBearerAssertion);
        Algorithm = algorithm;
        Certificate = certificate;
        _material = Convert.ToHexString(certificate.Sha256);
    }

    /// <summary>RFC 8705 section 2: the connection presents the certificate, and the token is bound to it.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="bound">The same with its issuers.</param>
    public void AddCertificate(SigningCertificate certificate, BoundCertificate bound)
    {
        BindTo(bound, asksForBoundToken: true);
        Certificate = certificate;
        _material = Convert.ToHexString(certificate.Sha256);
    }

    /// <summary>RFC 7523 section 2.2: an assertion made by another issuer.</summary>
    public void AddFederatedAssertion(string assertion)
    {
        AddAssertion(assertion, JwtBearerAssertion);
        IsFederated = true;
        _material = assertion;
    }

    /// <summary>The same, where the assertion is bound to the certificate that the connection presents.</summary>
    /// <param name="assertion">The assertion.</param>
    /// <param name="certificate">The certificate.</param>
    /// <param name="asksForBoundToken">Whether the token is to be bound too.</param>
    public void AddBoundAssertion(string assertion, BoundCertificate certificate, bool asksForBoundToken)
    {
        AddAssertion(assertion, BoundAssertion);
        BindTo(certificate, asksForBoundToken);
        IsFederated = true;
        _material = assertion;
    }

    /// <summary>Whether the secret, certificate or foreign assertion is the one of <paramref name="other"/>.</summary>
    public bool HasSameMaterialAs(TokenRequestForm other) =>
        CryptographicOperations.FixedTimeEquals(MemoryMarshal.AsBytes<char>(_material), MemoryMarshal.AsBytes<char>(other._material));

    /// <summary>The values in it that no message may show. Internal, because serializers read what is public.</summary>
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    internal IReadOnlyList<string> Secrets => _secrets;

    /// <summary>The names of the fields.</summary>
    public override string ToString() => string.Join('&', _fields.Select(field => field.Key));

    private void BindTo(BoundCertificate certificate, bool asksForBoundToken)
    {
        Binding = certificate;
        AsksForBoundToken = asksForBoundToken;
        if (asksForBoundToken)
        {
            Add("token_type", BoundTokens.TokenType);
        }
    }

    private void AddAssertion(string assertion, string type)
    {
        Add("client_assertion_type", type);
        AddSecret("client_assertion", assertion);
        Assertion = assertion;
    }
}

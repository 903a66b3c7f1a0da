using System.Diagnostics;
using System.Text;

namespace WorkloadIdentity;

/// <summary>
/// Why there is no token: what failed, for whom, what the server said, what to do. It holds no secret and may be logged. Immutable.
/// </summary>
[DebuggerDisplay("{ToString(),nq}")]
public sealed partial class TokenError
{
    /// <summary>An error of one kind, with a message that says what failed and what to do.</summary>
    /// <param name="kind">What kind of thing stood in the way.</param>
    /// <param name="message">For people. Must not hold a secret.</param>
    public TokenError(TokenErrorKind kind, string message)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(message);
        Kind = kind;
        Message = message;
    }

    /// <summary>
    /// A copy of another error, for a credential that passes on what another one reported. Set the properties that differ.
    /// </summary>
    /// <param name="other">The error to copy.</param>
    /// <param name="message">The message of the copy, without a secret; null keeps the message.</param>
    public TokenError(TokenError other, string? message = null)
    {
        ArgumentNullException.ThrowIfNull(other);
        Kind = other.Kind;
        Message = message ?? other.Message;
        Category = other.Category;
        OAuthError = other.OAuthError;
        EntraErrorCodes = other.EntraErrorCodes;
        StatusCode = other.StatusCode;
        CorrelationId = other.CorrelationId;
        TraceId = other.TraceId;
        RetryAfter = other.RetryAfter;
        Claims = other.Claims;
        TenantId = other.TenantId;
        ClientId = other.ClientId;
        Scope = other.Scope;
        IsTransient = other.IsTransient;
        IsRepeated = other.IsRepeated;
        Exception = other.Exception;
        UnsupportedFeatures = other.UnsupportedFeatures;
        HelpAnchor = other.HelpAnchor;
        _helpLink = other._helpLink;
        Refusal = other.Refusal;
        ListsAttempts = other.ListsAttempts;
    }

    /// <summary>What kind of thing stood in the way.</summary>
    public TokenErrorKind Kind { get; }

    /// <summary>What failed, what the server said and what to do.</summary>
    public string Message { get; }

    /// <summary>
    /// What Entra refused for; <see cref="TokenErrorCategory.None"/> when it gave neither a code nor an OAuth error that is known here.
    /// </summary>
    public TokenErrorCategory Category { get; init; }

    /// <summary>The <c>error</c> of the response (RFC 6749 section 5.2), such as <c>invalid_client</c>.</summary>
    public string? OAuthError { get; init; }

    /// <summary>Entra's numeric codes, most specific first: 7000215 for AADSTS7000215.</summary>
    public IReadOnlyList<long> EntraErrorCodes { get; init; } = [];

    /// <summary>The HTTP status of the response; null when there was none.</summary>
    public int? StatusCode { get; init; }

    /// <summary>Finds the request in Entra's sign-in log, and in a support ticket.</summary>
    public string? CorrelationId { get; init; }

    /// <summary>Entra's own id for the request.</summary>
    public string? TraceId { get; init; }

    /// <summary>How long the server asked to wait.</summary>
    /// <value>More than zero, or null: a value of zero or less asks for nothing and is kept as null.</value>
    public TimeSpan? RetryAfter { get; init => field = value > TimeSpan.Zero ? value : null; }

    /// <summary>Claims the caller must satisfy, as a JSON object: pass them on in a challenge (Conditional Access, on-behalf-of).</summary>
    public string? Claims { get; init; }

    /// <summary>The tenant that was asked.</summary>
    public string? TenantId { get; init; }

    /// <summary>The client that asked.</summary>
    public string? ClientId { get; init; }

    /// <summary>The scope that was asked for.</summary>
    public string? Scope { get; init; }

    /// <summary>Whether the same request may succeed a little later with nothing changed.</summary>
    public bool IsTransient
    {
        get => _isTransient ?? Kind is TokenErrorKind.Unreachable or TokenErrorKind.TimedOut or TokenErrorKind.Throttled;
        init => _isTransient = value;
    }

    private readonly bool? _isTransient;

    /// <summary>Whether this is an earlier error, repeated from memory without a new request.</summary>
    public bool IsRepeated { get; init; }

    /// <summary>
    /// What the request carried that the credential cannot express; <see cref="RequestFeatures.None"/> for every other error. Whoever asked
    /// may leave out what was only a hint, and must not leave out what decides for whom the token is.
    /// </summary>
    public RequestFeatures UnsupportedFeatures { get; init; }

    /// <summary>The exception behind it, where there was one.</summary>
    public Exception? Exception { get; init; }

    /// <summary>
    /// The address of a page that explains this error; null where there is none. Set it to a page of your own for the errors of your
    /// credential. This library's own page (docs/errors.md) has an address only in a release that was built with one; the command
    /// <c>wid explain</c>, which exception messages and logs name, shows it everywhere.
    /// </summary>
    public Uri? HelpLink
    {
        get => _helpLink ?? HelpPage.Address(Anchor);
        init => _helpLink = value;
    }

    private readonly Uri? _helpLink;

    /// <summary>
    /// The section of this library's page on errors (docs/errors.md) that explains this error, such as <c>client-secret</c>; null for the
    /// section of its category or kind.
    /// </summary>
    public string? HelpAnchor { get; init; }

    /// <summary>What a person reads next: the page of the credential's author, or a command, and the address if there is one.</summary>
    internal string Help => _helpLink is { } page ? page.OriginalString : HelpPage.Reference(Topic, HelpPage.Address(Anchor));

    /// <summary>The section of docs/errors.md.</summary>
    private string Anchor => HelpAnchor ?? HelpAnchors.For(Kind, Category);

    /// <summary>A code that is known here is explained by a few lines; the section is about all of its kind.</summary>
    private string Topic => HelpAnchor is null && EntraError.Find(EntraErrorCodes) is { } known ? known.Name : Anchor;

    /// <summary>
    /// Who was asked for what, and what came, for a report that shows the rest of the message in places of its own; null where the message
    /// is that alone.
    /// </summary>
    internal string? Refusal { get; init; }

    /// <summary>The message already tells every attempt, so an exception need not tell them again.</summary>
    internal bool ListsAttempts { get; init; }

    /// <summary>
    /// The value of a <c>WWW-Authenticate</c> header (RFC 6750 section 3) that passes <see cref="Claims"/> on. If Entra refuses a web API a
    /// token on behalf of its user until the user satisfies these claims (Conditional Access), only the caller of the web API can ask the
    /// user: answer the caller with 401 and this header
    /// (<see href="https://learn.microsoft.com/entra/identity-platform/claims-challenge">claims challenges</see>). For a token that the
    /// application gets for itself there is no user to ask.
    /// </summary>
    /// <returns>The value; null if there are no claims, because a challenge without claims would repeat for ever.</returns>
    public string? ToChallenge() =>

        // Base64 has no character that a quoted string would have to escape, whatever the claims hold.
        Claims is { Length: > 0 } claims
            ? $"Bearer realm=\"\", error=\"{AuthenticationChallenge.InsufficientClaims}\", claims=\"{Convert.ToBase64String(
                Encoding.UTF8.GetBytes(claims))}\""
            : null;

    /// <summary>The same error, with what was asked for and by whom.</summary>
    internal TokenError About(string scope, string? clientId, string? tenantId = null, string? correlationId = null) => new(this, Message)
    {
        Scope = Scope ?? scope,
        ClientId = ClientId ?? clientId,
        TenantId = TenantId ?? tenantId,
        CorrelationId = CorrelationId ?? correlationId,
    };

    /// <summary>The same error as it is told again without asking anybody.</summary>
    internal TokenError Repeated(TimeSpan remaining) => IsRepeated
        ? this
        : new TokenError(
            this, $"{Message} (Repeated from memory; nobody is asked again for {Math.Max(1, Math.Ceiling(remaining.TotalSeconds)):0} s.)")
        {
            IsRepeated = true,
            RetryAfter = remaining > TimeSpan.Zero ? remaining : RetryAfter,
        };

    /// <summary>
    /// The same error, met while answering an API's claims challenge. The claims are the challenge's, unless Entra named its own.
    /// </summary>
    internal TokenError InAnswerTo(string origin, string claims) => new(
        this, $"{origin} demands claims that a new token must satisfy (insufficient_claims), and that token was refused. {Message}")
    {
        Claims = Claims ?? claims,
    };

    /// <summary>A request that carries what the credential cannot express.</summary>
    internal static TokenError Unsupported(string credential, RequestFeatures missing, TokenRequest request)
    {
        const string Other = "Use an application credential for this request, or leave it out";
        var (what, advice) = missing switch
        {
            _ when missing.HasFlag(RequestFeatures.AgentUser) => ($"get a token for the agent's user {request.AgentUser}",
                "Use the credential of the agent identity: an ApplicationCredential with AssertionSource.FromAgentIdentityBlueprint"),
            _ when missing.HasFlag(RequestFeatures.UserAssertion) => ("act on behalf of a user", Other),
            _ when missing.HasFlag(RequestFeatures.TenantId) => ($"ask in a tenant named by the request ({request.TenantId})", Other),
            _ when missing.HasFlag(RequestFeatures.FmiPath) => ("carry an FMI path", Other),
            _ when missing.HasFlag(RequestFeatures.Binding) => ("bind a token to a certificate",
                "Use an application with a certificate, and call BindTokens() on its ClientCertificateAuthentication"),
            _ => ("carry the claims of a challenge", Other),
        };
        return new TokenError(TokenErrorKind.InvalidConfiguration, $"The credential '{credential}' cannot {what}. {advice}.")
        {
            Scope = request.Scope,
            TenantId = request.TenantId,
            UnsupportedFeatures = missing,
            HelpAnchor = HelpAnchors.UnsupportedRequest,
        };
    }

    /// <summary>Kind, codes, message and where to read on.</summary>
    public override string ToString() =>
        $"{Kind}{(EntraErrorCodes.Count == 0 ? "" : $" (AADSTS{EntraErrorCodes[0]})")}: {Message}"
            + $"{(Message.Contains('\n', StringComparison.Ordinal) ? '\n' : ' ')}Help: {Help}";
}

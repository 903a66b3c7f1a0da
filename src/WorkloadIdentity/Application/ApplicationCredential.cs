using Microsoft.Extensions.Logging;

namespace WorkloadIdentity;

/// <summary>
/// An application registered in Entra. It gets tokens for itself (client credentials, RFC 6749 section 4.4) or
/// <see href="https://learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow">on behalf of a user</see>. Safe for
/// concurrent use.
/// </summary>
public sealed class ApplicationCredential : Credential
{
    private const string AnyTenant = "*";

    private readonly string? _tenantId;
    private readonly string _clientId;
    private readonly Authority _authority;
    private readonly HashSet<string> _otherTenants;
    private readonly WorkloadEnvironment _environment;
    private readonly TimeProvider _timeProvider;
    private readonly ClientAuthentication _authentication;
    private readonly ILogger _logger;
    private readonly bool _isBound;
    private readonly TokenEndpoint _endpoint;

    /// <summary>An application in one tenant.</summary>
    /// <param name="tenantId">The directory (tenant) id, or a verified domain.</param>
    /// <param name="clientId">The application (client) id.</param>
    /// <param name="authentication">The secret, certificate or assertion of the application.</param>
    /// <param name="options">The options.</param>
    /// <exception cref="ArgumentException">
    /// The tenant is not valid, the client id is not a GUID, or an option is out of range or names a host that secrets must not go to.
    /// </exception>
    public ApplicationCredential(
        string tenantId, string clientId, ClientAuthentication authentication, ApplicationCredentialOptions? options = null)
        : this(clientId, authentication, options, WorkloadIdentity.TenantId.Require(tenantId, nameof(tenantId)))
    {
    }

    private ApplicationCredential(
        string clientId, ClientAuthentication authentication, ApplicationCredentialOptions? options, string? tenantId)
    {
        ArgumentNullException.ThrowIfNull(authentication);
        options ??= new ApplicationCredentialOptions();
        ArgumentNullException.ThrowIfNull(options.TimeProvider, nameof(options));
        ArgumentNullException.ThrowIfNull(options.Environment, nameof(options));
        ArgumentNullException.ThrowIfNull(options.Retry, nameof(options));
        Name = authentication.Name;
        _authentication = authentication;
        _tenantId = tenantId;
        _clientId = RequireClientId(clientId);
        _authority = Authority.Require(options.AuthorityHost, options.AllowUnknownAuthorityHost, nameof(options.AuthorityHost));
        _otherTenants =
            new HashSet<string>(options.AdditionallyAllowedTenants.Select(RequireAllowedTenant), StringComparer.OrdinalIgnoreCase);
        _environment = options.Environment;
        _timeProvider = options.TimeProvider;
        _logger = options.Logger;
        _isBound = IdentityBinding.IsUsed(options, authentication);
        _endpoint = new TokenEndpoint(
            _clientId,
            authentication,
            options.HttpClient ?? (_authority.IsLoopback ? Backchannel.Local : Backchannel.Entra),
            options.Retry.Checked(),
            options.TimeProvider,
            _logger,
            _isBound ? new IdentityBinding(options.Environment) : null);
    }

    /// <summary>An application that gets tokens in many tenants. Every request must name its tenant.</summary>
    /// <param name="clientId">The application (client) id.</param>
    /// <param name="authentication">The secret, certificate or assertion of the application.</param>
    /// <param name="options">The options. Without <see cref="ApplicationCredentialOptions.AdditionallyAllowedTenants"/> requests may
    /// name any tenant.</param>
    /// <exception cref="ArgumentException">
    /// The client id is not a GUID, or an option is out of range or names a host that secrets must not go to.
    /// </exception>
    public static ApplicationCredential MultiTenant(
        string clientId, ClientAuthentication authentication, ApplicationCredentialOptions? options = null) =>
        new(clientId, authentication, options, tenantId: null);

    /// <summary>
    /// The name of the client authentication: <c>client secret</c>, <c>client certificate</c>, or the assertion source's, such as
    /// <c>federated token file</c>.
    /// </summary>
    public override string Name { get; }

    /// <summary>
    /// Authority host, tenant and client id. The secret, certificate or assertion may change, so it is not part of the partition.
    /// </summary>
    public override string Partition => $"{_authority.Name}/{_tenantId ?? AnyTenant}/{_clientId}";

    /// <inheritdoc/>
    protected override string? LooksFor =>
        $"{_authentication.LooksFor}, to prove application {_clientId} of {(_tenantId is null
            ? "any tenant"
            : $"tenant {_tenantId}")} to {_authority.Name}";

    /// <inheritdoc/>
    protected override RequestFeatures Supports =>
        RequestFeatures.TenantId | RequestFeatures.UserAssertion | RequestFeatures.FmiPath | RequestFeatures.Claims;

    /// <inheritdoc/>
    protected override async ValueTask<TokenResult> AcquireCoreAsync(Acquisition acquisition, CancellationToken cancellationToken)
    {
        var request = acquisition.Request;
        if (TenantProblem(request) is { } tenantProblem)
        {
            return TokenResult.Failed(tenantProblem);
        }

        if (JwtProblem(request) is { } jwtProblem)
        {
            return TokenResult.Failed(jwtProblem);
        }

        if (ScopeProblem(request) is { } scopeProblem)
        {
            return TokenResult.Failed(Error(TokenErrorKind.InvalidConfiguration, scopeProblem, HelpAnchors.Scope, request));
        }

        var (claims, claimsProblem) = acquisition.Claims is { } challenge
            ? ClaimsRequest.For(request.ContinuousAccess, challenge)
            : (ClaimsRequest.Declared(request.ContinuousAccess), null);
        if (claimsProblem is not null)
        {
            return TokenResult.Failed(claimsProblem.About(request.Scope, _clientId, request.TenantId ?? _tenantId));
        }

        return await _endpoint.AcquireAsync(
            new TokenExchange
            {
                Authority = _authority,
                TenantId = request.TenantId ?? _tenantId!,
                ClientId = _clientId,
                Request = request,
                Claims = claims,
                ChallengeClaims = acquisition.Claims,
                AssertionAudience = _isBound ? IdentityBinding.Audience : _authority.TokenExchangeAudience,
                HasAlternatives = acquisition.HasAlternatives,
                Environment = _environment,
                TimeProvider = _timeProvider,
                Logger = _logger,
                IsReport = acquisition.IsReport,
                Notes = acquisition.Notes,
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Drops the application's own tenant from a request. An Azure SDK client names it and a handler does not; both requests then share a
    /// cache entry.
    /// </summary>
    internal override TokenRequest Normalize(TokenRequest request) =>
        _tenantId is not null && _tenantId.Equals(request.TenantId, StringComparison.OrdinalIgnoreCase) ? request.WithoutTenant : request;

    /// <summary>
    /// Checks the tenant. It may come from a caller of the application with each request, so the application decides which tenants it
    /// serves.
    /// </summary>
    private TokenError? TenantProblem(TokenRequest request)
    {
        if (_tenantId is null)
        {
            return request.TenantId is null
                ? Error(
                    TokenErrorKind.InvalidConfiguration,
                    $"The application {_clientId} gets tokens in many tenants, and the request names no tenant. Name one: "
                        + "request.ForTenant(tenantId).",
                    HelpAnchors.TenantMissing,
                    request)
                : _otherTenants.Count == 0 || IsAllowed(request.TenantId) ? null
                : NotAllowed(request);
        }

        return request.TenantId is null || request.TenantId.Equals(_tenantId, StringComparison.OrdinalIgnoreCase)
            || IsAllowed(request.TenantId)
            ? null
            : NotAllowed(request);
    }

    private bool IsAllowed(string tenantId) => _otherTenants.Contains(tenantId) || _otherTenants.Contains(AnyTenant);

    private TokenError NotAllowed(TokenRequest request) => Error(
        TokenErrorKind.NotAllowed,
        $"The request names tenant {request.TenantId}, which the application {_clientId}{(_tenantId is null
            ? ""
            : $" of tenant {_tenantId}")} does not serve. To serve it, add: "
                + $"options.{nameof(ApplicationCredentialOptions.AdditionallyAllowedTenants)}.Add(\"{request.TenantId}\");",
        HelpAnchors.TenantNotAllowed,
        request);

    /// <summary>Checks the user assertion. Text that is not a JWT may be a secret in the wrong place, so it is not sent.</summary>
    private TokenError? JwtProblem(TokenRequest request) =>
        request.User?.FormProblem is not { } problem ? null
        : new TokenError(
            TokenErrorKind.InvalidConfiguration,
            $"The user assertion {problem}, so it was not sent. It must be the access token that the user's client sent to application "
            + $"{_clientId}, and nothing else.")
        {
            Category = TokenErrorCategory.OnBehalfOf,
            Scope = request.Scope,
            ClientId = _clientId,
            TenantId = request.TenantId ?? _tenantId,
        };

    /// <summary>Checks the scope here, because Entra's own error for a wrong scope is hard to understand.</summary>
    private static string? ScopeProblem(TokenRequest request)
    {
        var scope = request.Scope;
        if (request.UserAssertion is not null)
        {
            return null;
        }

        if (Guard.HasWhiteSpace(scope))
        {
            return $"The scope '{scope}' holds white space. An application gets a token for one resource at a time. Make one request for "
                + $"each resource, with the scope resource{ResourceName.DefaultSuffix}.";
        }

        return scope.Length > ResourceName.DefaultSuffix.Length && scope.EndsWith(ResourceName.DefaultSuffix, StringComparison.Ordinal)
            ? null
            : $"The scope '{scope}' does not end in {ResourceName.DefaultSuffix}. An application gets all permissions it was granted on a "
                + $"resource at once. Ask for the resource followed by {ResourceName.DefaultSuffix}, such as "
                + "https://graph.microsoft.com/.default. Single permissions can only be requested on behalf of a user.";
    }

    private TokenError Error(TokenErrorKind kind, string message, string anchor, TokenRequest request) => new(kind, message)
    {
        Scope = request.Scope,
        ClientId = _clientId,
        TenantId = request.TenantId ?? _tenantId,
        HelpAnchor = anchor,
    };

    private static string RequireClientId(string clientId)
    {
        ArgumentNullException.ThrowIfNull(clientId);
        return Guard.GuidProblem(clientId, "The client id") is { } problem
            ? throw new ArgumentException(
                $"{problem} Use the application (client) id, such as 6bf7ab3f-6a37-4f6d-9a3c-2ee0f1d1f8a3; not the application's name "
                + "or object id.",
                nameof(clientId))
            : clientId.ToLowerInvariant();
    }

    private static string RequireAllowedTenant(string tenantId) =>
        tenantId == AnyTenant
            ? tenantId
            : WorkloadIdentity.TenantId.Require(tenantId, nameof(ApplicationCredentialOptions.AdditionallyAllowedTenants));
}

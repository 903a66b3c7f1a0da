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
    private readonly int _tenantHash;
    private readonly string _clientId;
    private readonly Authority _authority;
    private readonly HashSet<string> _otherTenants;
    private readonly WorkloadEnvironment _environment;
    private readonly TimeProvider _timeProvider;
    private readonly ClientAuthentication _authentication;
    private readonly ILogger _logger;
    private readonly bool _isBound;
    private readonly AgentUser? _agentUser;
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
        _tenantHash = tenantId is null ? 0 : TokenRequest.HashOfTenant(tenantId);
        _clientId = RequireClientId(clientId);
        _authority = Authority.Require(options.AuthorityHost, options.AllowUnknownAuthorityHost, nameof(options.AuthorityHost));
        _otherTenants =
            new HashSet<string>(options.AdditionallyAllowedTenants.Select(RequireAllowedTenant), StringComparer.OrdinalIgnoreCase);
        _environment = options.Environment;
        _timeProvider = options.TimeProvider;
        _logger = options.Logger;
        _agentUser = RequireAgentUser(options, authentication);
        _isBound = IdentityBinding.IsUsed(options, authentication);
        _endpoint = new TokenEndpoint(
            _clientId,
            authentication,
            options.HttpClient ?? (_authority.IsLoopback ? Backchannel.Local : Backchannel.Entra),
            options.Retry.Checked(),
            options.TimeProvider,
            _logger,
            new MutualTlsRoute(_authority, options),
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
    /// Authority host, tenant, client id and agent user. The secret, certificate or assertion may change, so it is no part of it.
    /// </summary>
    public override string Partition =>
        $"{_authority.Name}/{_tenantId ?? AnyTenant}/{_clientId}{(_agentUser is null ? "" : $"/{_agentUser}")}";

    /// <inheritdoc/>
    protected override string? LooksFor =>
        $"{_authentication.LooksFor}, to prove application {_clientId} of {(_tenantId is null
            ? "any tenant"
            : $"tenant {_tenantId}")} to {_authority.Name}";

    /// <inheritdoc/>
    protected override RequestFeatures Supports =>
        RequestFeatures.TenantId | RequestFeatures.UserAssertion | RequestFeatures.FmiPath | RequestFeatures.Claims
            | (_authentication.IsFederated ? RequestFeatures.AgentUser : RequestFeatures.None)
            | (_authentication.CanBindTokens ? RequestFeatures.Binding : RequestFeatures.None);

    /// <inheritdoc/>
    protected override ValueTask<TokenResult> AcquireCoreAsync(Acquisition acquisition, CancellationToken cancellationToken)
    {
        var request = ForAgentUser(acquisition.Request);
        if (TenantProblem(request) is { } tenantProblem)
        {
            return new(TokenResult.Failed(tenantProblem));
        }

        var bindsToken = _authentication.CanBindTokens && !request.IsForUser
            && (request.Binding != TokenBinding.None || acquisition.IsReport);
        if (RequestCheck.Problem(request, _clientId, _authentication.BindsTokens && !bindsToken) is { } problem)
        {
            return new(TokenResult.Failed(problem.About(request.Scope, _clientId, request.TenantId ?? _tenantId)));
        }

        var (claims, claimsProblem) = acquisition.Claims is { } challenge
            ? ClaimsRequest.For(request.ContinuousAccess, challenge)
            : (ClaimsRequest.Declared(request.ContinuousAccess), null);
        if (claimsProblem is not null)
        {
            return new(TokenResult.Failed(claimsProblem.About(request.Scope, _clientId, request.TenantId ?? _tenantId)));
        }

        var exchange = new TokenExchange
        {
            Authority = _authority,
            TenantId = request.TenantId ?? _tenantId!,
            ClientId = _clientId,
            Request = request,
            Claims = claims,
            ChallengeClaims = acquisition.Claims,
            AssertionAudience = _authentication.Audience ?? (_isBound ? IdentityBinding.Audience : _authority.TokenExchangeAudience),
            HasAlternatives = acquisition.HasAlternatives,
            Environment = _environment,
            TimeProvider = _timeProvider,
            Logger = _logger,
            IsReport = acquisition.IsReport,
            BindsToken = bindsToken,
            Notes = acquisition.Notes,
        };
        return request.AgentUser is not null ? AgentUserGrant.AcquireAsync(_endpoint, exchange, cancellationToken)
            : bindsToken && request.Binding == TokenBinding.Preferred ? AcquirePreferablyBoundAsync(exchange, cancellationToken)
            : _endpoint.AcquireAsync(exchange, cancellationToken);
    }

    /// <summary>Asks for an ordinary token if no bound one can be had.</summary>
    private async ValueTask<TokenResult> AcquirePreferablyBoundAsync(TokenExchange exchange, CancellationToken cancellationToken)
    {
        var result = await _endpoint.AcquireAsync(exchange, cancellationToken).ConfigureAwait(false);
        if (result.Error is not { } refusal || !refusal.EntraErrorCodes.Any(EntraCode.RefusesBinding))
        {
            return result;
        }

        Log.NotBound(_logger, exchange.ClientId, exchange.Request.Scope, refusal);
        return await _endpoint.AcquireAsync(exchange.WithoutBinding(), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Drops the application's own tenant from a request. An Azure SDK client names it and a handler does not; both requests then share a
    /// cache entry.
    /// </summary>
    internal override TokenRequest Normalize(TokenRequest request) =>
        _tenantId is not null && request.IsForTenant(_tenantId, _tenantHash) ? request.WithoutTenant : request;

    /// <summary>Adds the credential's agent user to a request for the workload itself.</summary>
    private TokenRequest ForAgentUser(TokenRequest request) =>
        _agentUser is null || request.AgentUser is not null || request.UserAssertion is not null
            ? request
            : request.With(request.Scope, request.TenantId, user: null, _agentUser, request.ContinuousAccess);

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

    private static AgentUser? RequireAgentUser(ApplicationCredentialOptions options, ClientAuthentication authentication) =>
        options.AgentUser is null || authentication.IsFederated
            ? options.AgentUser
            : throw new ArgumentException(
                $"{nameof(ApplicationCredentialOptions)}.{nameof(ApplicationCredentialOptions.AgentUser)} is set, and the application "
                    + $"authenticates with a {authentication.Name}. Only an agent identity has a user, and it authenticates with a token "
                    + "of its blueprint: AssertionSource.FromAgentIdentityBlueprint.",
                nameof(options));

    private static string RequireAllowedTenant(string tenantId) =>
        tenantId == AnyTenant
            ? tenantId
            : WorkloadIdentity.TenantId.Require(tenantId, nameof(ApplicationCredentialOptions.AdditionallyAllowedTenants));
}

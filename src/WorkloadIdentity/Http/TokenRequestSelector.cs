namespace WorkloadIdentity;

/// <summary>
/// Chooses the token request of a message: the choice on the message first, then the application's Select, then the client's default
/// request.
/// </summary>
internal sealed class TokenRequestSelector(TokenRequest request, AccessTokenHandlerOptions options)
{
    private readonly TokenRequest _request =
        request.ContinuousAccess == options.ContinuousAccess && request.Binding == options.Binding
            ? request
            : Copy(request, null, options.ContinuousAccess, options.Binding);
    private readonly Func<HttpRequestMessage, TokenRequest>? _select = options.Select;
    private readonly bool _requireTenant = options.RequireTenant;

    /// <summary>The request of a message without a choice of its own.</summary>
    public TokenRequest Request => _request;

    /// <summary>Whether the token depends on the message, even if the message has no choice of its own.</summary>
    public bool AreChosenByMessage => _requireTenant || _select is not null;

    public bool ContinuousAccess { get; } = options.ContinuousAccess;

    /// <summary>Whether the client's tokens are to be bound to a certificate.</summary>
    public TokenBinding Binding { get; } = options.Binding;

    /// <exception cref="TokenAcquisitionException">The message lacks what this client requires, or asks for what no message may
    /// carry.</exception>
    public TokenRequest For(HttpRequestMessage message, RequestTokenOptions? input)
    {
        var chosen = _request;
        if (_select is not null)
        {
            chosen = _select(message) ?? throw Refused(
                TokenErrorKind.InvalidConfiguration, "The client's Select returned null. It must return a token request for every message.",
                _request.Scope);
            if (ExchangeAudience.IsAskedBy(chosen.Scope))
            {
                throw Refused(
                    TokenErrorKind.NotAllowed,
                    "The client's Select returned a request for a token that is itself a credential. Such a token is never sent to an API.",
                    chosen.Scope);
            }
        }

        if (input is not null || chosen.ContinuousAccess != ContinuousAccess || chosen.Binding != Binding)
        {
            chosen = Copy(chosen, input, ContinuousAccess, Binding);
        }

        return _requireTenant && chosen.TenantId is null
            ? throw Refused(
                TokenErrorKind.NotAllowed,
                "This client requires every request to name its tenant, and this request names none. Call request.ForTenant(tenantId), or "
                    + "set the tenant in Select.", chosen.Scope, HelpAnchors.TenantMissing)
            : chosen;
    }

    /// <summary>The request with the choice of the message. A user that the message names takes the place of the request's.</summary>
    private static TokenRequest Copy(TokenRequest request, RequestTokenOptions? input, bool continuousAccess, TokenBinding binding)
    {
        var namesUser = input is { User: not null } or { AgentUser: not null };
        return request.With(
            input?.Scope ?? request.Scope,
            input?.Tenant ?? request.TenantId,
            namesUser ? input!.User : request.User,
            namesUser ? input!.AgentUser : request.AgentUser,
            continuousAccess,
            binding);
    }

    private static TokenAcquisitionException Refused(TokenErrorKind kind, string message, string scope, string? anchor = null) =>
        new(new TokenError(kind, message) { Scope = scope, HelpAnchor = anchor });
}

using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.Serialization;
using System.Text.Json.Serialization;

namespace WorkloadIdentity;

/// <summary>
/// What is asked for: a token for one scope, in one tenant, for the workload itself or on behalf of a user. Value equality over every
/// field, so a request is its own cache key. Immutable and safe for concurrent use.
/// </summary>
/// <remarks>Keep one instance per scope where you can: its hash is computed once.</remarks>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class TokenRequest : IEquatable<TokenRequest>
{
    private readonly string? _tenantId;
    private readonly string? _fmiPath;
    private readonly CheckedUserAssertion? _user;
    private int _hash;
    private int _tenantHash;

    /// <summary>Asks for a token for <paramref name="scope"/>.</summary>
    /// <param name="scope">The resource followed by <c>/.default</c>, such as <c>https://graph.microsoft.com/.default</c>.
    /// It is sent byte for byte. On behalf of a user it may also name delegated permissions, separated by spaces.</param>
    /// <exception cref="ArgumentException"><paramref name="scope"/> is empty, or holds a character that no scope has.</exception>
    public TokenRequest(string scope)
    {
        Scope = Guard.Scope(scope);
    }

    /// <summary>Copies a request, with values that were checked before.</summary>
    private TokenRequest(
        TokenRequest other,
        string scope,
        string? tenantId,
        CheckedUserAssertion? user,
        AgentUser? agentUser,
        bool continuousAccess,
        TokenBinding binding)
    {
        Scope = scope;
        _fmiPath = other._fmiPath;
        ContinuousAccess = continuousAccess;
        _tenantId = tenantId;
        _user = user;
        AgentUser = agentUser;
        Binding = binding;
    }

    /// <summary>The scope asked for, exactly as given.</summary>
    public string Scope { get; }

    /// <summary>
    /// The tenant to ask, as a GUID or a verified domain name, kept in lower case; null asks in the credential's own tenant.
    /// </summary>
    /// <exception cref="ArgumentException">The value is not a tenant, or is <c>common</c>, <c>organizations</c> or
    /// <c>consumers</c>.</exception>
    public string? TenantId
    {
        get => _tenantId;
        init => _tenantId = value is null ? null : WorkloadIdentity.TenantId.Require(value, nameof(TenantId));
    }

    /// <summary>
    /// The access token a user's client sent to this application. When set, the token is acquired on behalf of that user
    /// (<see href="https://learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow">on-behalf-of flow</see>).
    /// A secret: it is never printed, and the cache keeps its SHA-256 only.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// The value is empty, or something stands around it: <c>Bearer </c>, quotes, white space, JSON.
    /// </exception>
    [JsonIgnore]
    [IgnoreDataMember]
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public string? UserAssertion
    {
        get => _user?.Value;
        init => _user = value is null ? null : CheckedUserAssertion.Of(value);
    }

    /// <summary>The <c>fmi_path</c> of a federated managed identity or agent identity; null for all others.</summary>
    /// <exception cref="ArgumentException">The value is empty or holds a control character.</exception>
    public string? FmiPath
    {
        get => _fmiPath;
        init => _fmiPath = value is null ? null : Guard.Text(value, "An FMI path", "the agent identity's client id");
    }

    /// <summary>
    /// The user account of the agent identity that the token is for
    /// (<see href="https://learn.microsoft.com/entra/agent-id/identity-platform/agent-user-oauth-flow">agent user flow</see>). Null asks
    /// for the workload itself, or for the credential's own agent user (<see cref="ApplicationCredentialOptions.AgentUser"/>). It cannot be
    /// combined with <see cref="UserAssertion"/> or <see cref="FmiPath"/>.
    /// </summary>
    public AgentUser? AgentUser { get; init; }

    /// <summary>
    /// Says that the asker can answer claims challenges, so that the token may live long and be revoked early
    /// (<see href="https://learn.microsoft.com/entra/identity-platform/claims-challenge">continuous access evaluation</see>, capability
    /// <c>cp1</c>). An offer: a credential that cannot declare it simply does not.
    /// </summary>
    public bool ContinuousAccess { get; init; }

    /// <summary>
    /// Whether the asker can send a token that is bound to a certificate, and wants one (<see cref="AccessToken.BindingCertificate"/>). An
    /// <see cref="AccessTokenHandler"/> sets it from <see cref="AccessTokenHandlerOptions.Binding"/>.
    /// </summary>
    [Experimental(BoundTokens.Diagnostic)]
    public TokenBinding Binding { get; init; }

    /// <summary>
    /// Whether <see cref="Scope"/> asks for a token that is itself a credential (audience <c>api://AzureADTokenExchange</c>): whoever
    /// receives it can act as the application that trusts it. Such a token is exchanged with Entra. Do not send it to an API, print it or
    /// share it with other processes.
    /// </summary>
    public bool IsForTokenExchange => ExchangeAudience.IsAskedBy(Scope);

    /// <summary>
    /// Refuses a request whose token must not be sent to a receiver as a Bearer token: one that is itself a credential
    /// (<see cref="IsForTokenExchange"/>), and one that is bound to a certificate (<see cref="Binding"/>). For code that gives tokens to a
    /// client, a driver or a server. Call it where the request is set, so that the line with the mistake throws.
    /// </summary>
    /// <param name="receiver">Who would get the token, for the message: <c>the database server</c>.</param>
    /// <param name="scopeToUse">The scope to use instead, for the message: <c>the scope of the database server</c>.</param>
    /// <param name="parameterName">The parameter or option that has the request, for the exception; null names none.</param>
    /// <returns>This request.</returns>
    /// <exception cref="ArgumentException">The token must not be sent to the receiver.</exception>
    public TokenRequest RequireSendable(string receiver, string scopeToUse, string? parameterName = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(receiver);
        ArgumentException.ThrowIfNullOrWhiteSpace(scopeToUse);
        return Binding == TokenBinding.None
            ? RequireNoCredential(receiver, scopeToUse, parameterName)
            : throw new ArgumentException(
                $"The request asks for a token that is bound to a certificate, and it would be sent to {receiver} without the certificate. "
                    + $"Leave out {nameof(Binding)}.",
                parameterName);
    }

    /// <summary>Refuses a token that no API may get. Whether it is bound is the handler's own choice.</summary>
    internal TokenRequest RequireForApi(string parameterName) => RequireNoCredential("the API", "the scope of the API", parameterName);

    private TokenRequest RequireNoCredential(string receiver, string scopeToUse, string? parameterName) => IsForTokenExchange
        ? throw new ArgumentException(
            $"The scope '{Scope}' asks for a token that is itself a credential for Entra: {receiver} could act as the application that "
                + $"trusts it. Use {scopeToUse}.",
            parameterName)
        : this;

    /// <summary>The same request in another tenant.</summary>
    /// <param name="tenantId">A GUID or a verified domain name.</param>
    /// <exception cref="ArgumentException"><paramref name="tenantId"/> is not a tenant.</exception>
    public TokenRequest ForTenant(string tenantId) =>
        With(Scope, WorkloadIdentity.TenantId.Require(tenantId, nameof(tenantId)), _user, AgentUser, ContinuousAccess);

    /// <summary>Whether the token is for a user: on whose behalf the application acts, or an agent's own.</summary>
    internal bool IsForUser => _user is not null || AgentUser is not null;

    /// <summary>The same request for a token that is bound as stated.</summary>
    internal TokenRequest BoundAs(TokenBinding binding) =>
        binding == Binding ? this : With(Scope, _tenantId, _user, AgentUser, ContinuousAccess, binding);

    /// <summary>The user assertion with the proof that it was checked; null without a user.</summary>
    internal CheckedUserAssertion? User => _user;

    /// <summary>The same request in the credential's own tenant. Made once, so that its hash is computed once.</summary>
    internal TokenRequest WithoutTenant => _tenantId is null
        ? this
        : field ??= With(Scope, tenantId: null, _user, AgentUser, ContinuousAccess);

    /// <summary>
    /// Whether it names this tenant. Most requests of a multi-tenant application name another one: then the hashes differ, and the text is
    /// not read. One of 100,000 texts is at a place of its own in memory, and to read it would cost as much as to find the cache entry.
    /// </summary>
    /// <param name="tenantId">The tenant, in any case.</param>
    /// <param name="tenantHash">Its <see cref="HashOfTenant"/>.</param>
    internal bool IsForTenant(string tenantId, int tenantHash)
    {
        if (_tenantId is null)
        {
            return false;
        }

        // Computed at first use and kept, as the hash of the whole request.
        if (_tenantHash == 0)
        {
            _tenantHash = HashOfTenant(_tenantId);
        }

        return _tenantHash == tenantHash && _tenantId.Equals(tenantId, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>A hash of a tenant that does not depend on case. Never zero.</summary>
    internal static int HashOfTenant(string tenantId) => tenantId.GetHashCode(StringComparison.OrdinalIgnoreCase) | 1;

    /// <summary>
    /// The request as a cache keeps it: a user assertion is replaced by its SHA-256, so that no cache holds a user's token. Computed once.
    /// </summary>
    internal TokenRequest CacheKey => _user is null
        ? this
        : field ??= With(Scope, _tenantId, _user.Hashed, AgentUser, ContinuousAccess);

    /// <summary>The same request with other values, which were checked before.</summary>
    internal TokenRequest With(
        string scope,
        string? tenantId,
        CheckedUserAssertion? user,
        AgentUser? agentUser,
        bool continuousAccess,
        TokenBinding? binding = null) =>
        new(this, scope, tenantId, user, agentUser, continuousAccess, binding ?? Binding);

    /// <inheritdoc/>
    public bool Equals(TokenRequest? other) =>
        ReferenceEquals(this, other)
        || (other is not null
            && Scope == other.Scope
            && TenantId == other.TenantId
            && FmiPath == other.FmiPath
            && Equals(AgentUser, other.AgentUser)
            && ContinuousAccess == other.ContinuousAccess
            && Binding == other.Binding
            && UserAssertion == other.UserAssertion);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as TokenRequest);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        // Computed at first use and kept: threads that race here write the same value.
        if (_hash == 0)
        {
            var hash = HashCode.Combine(Scope, TenantId, UserAssertion, FmiPath, AgentUser, ContinuousAccess, Binding);
            _hash = hash == 0 ? 1 : hash;
        }

        return _hash;
    }

    /// <summary>The request without its user assertion.</summary>
    public override string ToString() =>
        Scope
        + (TenantId is null ? "" : $" in tenant {TenantId}")
        + (UserAssertion is null ? "" : " on behalf of a user")
        + (AgentUser is null ? "" : $" for the agent's user {AgentUser}")
        + (FmiPath is null ? "" : $" for {FmiPath}")
        + (Binding == TokenBinding.None ? "" : $" bound to a certificate ({Binding})");
}

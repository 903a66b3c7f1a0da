namespace WorkloadIdentity;

/// <summary>
/// Sets on one message which token the <see cref="AccessTokenHandler"/> adds to it. The choice is kept in
/// <see cref="HttpRequestMessage.Options"/> and is never sent.
/// </summary>
public static class AccessTokenRequestExtensions
{
    /// <summary>Gets the token in this tenant instead of the identity's own.</summary>
    /// <param name="message">The message.</param>
    /// <param name="tenantId">A GUID or a verified domain name.</param>
    /// <returns><paramref name="message"/>.</returns>
    /// <exception cref="ArgumentException"><paramref name="tenantId"/> is not a tenant.</exception>
    public static HttpRequestMessage ForTenant(this HttpRequestMessage message, string tenantId)
    {
        ArgumentNullException.ThrowIfNull(message);
        var tenant = TenantId.Require(tenantId, nameof(tenantId));
        return (RequestTokenOptions.Of(message) with { Tenant = tenant }).PutOn(message);
    }

    /// <summary>
    /// Gets the token on behalf of a user
    /// (<see href="https://learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow">on-behalf-of flow</see>).
    /// </summary>
    /// <param name="message">The message.</param>
    /// <param name="userAssertion">The access token the user's client sent to this application, without <c>Bearer </c>. A secret.</param>
    /// <returns><paramref name="message"/>.</returns>
    /// <exception cref="ArgumentException"><paramref name="userAssertion"/> is empty, or has other text around it.</exception>
    public static HttpRequestMessage OnBehalfOf(this HttpRequestMessage message, string userAssertion)
    {
        ArgumentNullException.ThrowIfNull(message);
        var user = CheckedUserAssertion.Of(userAssertion);
        return (RequestTokenOptions.Of(message) with { User = user }).PutOn(message);
    }

    /// <summary>Gets the token for the user account of the agent identity instead of the agent identity itself.</summary>
    /// <param name="message">The message.</param>
    /// <param name="user">The agent's user.</param>
    /// <returns><paramref name="message"/>.</returns>
    public static HttpRequestMessage ForAgentUser(this HttpRequestMessage message, AgentUser user)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(user);
        return (RequestTokenOptions.Of(message) with { AgentUser = user }).PutOn(message);
    }

    /// <summary>
    /// Gets a token with another scope than the client's. It may be sent to the origins of the client's tokens and to the exact host of an
    /// https scope.
    /// </summary>
    /// <param name="message">The message.</param>
    /// <param name="scope">The resource followed by <c>/.default</c>; on behalf of a user also delegated permissions.</param>
    /// <returns><paramref name="message"/>.</returns>
    /// <exception cref="ArgumentException"><paramref name="scope"/> is empty, holds a control character, or asks for a token that is itself
    /// a credential.</exception>
    public static HttpRequestMessage WithScope(this HttpRequestMessage message, string scope)
    {
        ArgumentNullException.ThrowIfNull(message);
        var checkedScope = new TokenRequest(scope).RequireForApi(nameof(scope)).Scope;
        return (RequestTokenOptions.Of(message) with { Scope = checkedScope }).PutOn(message);
    }

    /// <summary>Sends this message without a token.</summary>
    /// <param name="message">The message.</param>
    /// <returns><paramref name="message"/>.</returns>
    public static HttpRequestMessage SkipAccessToken(this HttpRequestMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return (RequestTokenOptions.Of(message) with { Skip = true }).PutOn(message);
    }
}

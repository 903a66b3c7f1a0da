namespace WorkloadIdentity;

/// <summary>
/// How an application authenticates to Entra (RFC 6749 section 2.3): <see cref="ClientSecretAuthentication"/>,
/// <see cref="ClientCertificateAuthentication"/> or <see cref="FederatedAuthentication"/>. The secret, certificate or assertion is read at
/// each use, so a rotated one needs no restart. It is never printed. Safe for concurrent use.
/// </summary>
/// <remarks>
/// Entra supports no other kinds, so you cannot derive from this class. To use assertions of your own, derive from
/// <see cref="AssertionSource"/>.
/// </remarks>
public abstract class ClientAuthentication
{
    private protected ClientAuthentication()
    {
    }

    /// <summary>The kind, for messages: <c>client secret</c>.</summary>
    internal abstract string Name { get; }

    /// <summary>
    /// Where the secret, certificate or assertion comes from, for a report: <c>the secret file '/run/secrets/client-secret'</c>. No secret.
    /// </summary>
    internal abstract string LooksFor { get; }

    /// <summary>Whether the proof is an assertion of another issuer.</summary>
    internal virtual bool IsFederated => false;

    /// <summary>Whether tokens are bound to the certificate that authenticates the application.</summary>
    internal virtual bool BindsTokens => false;

    /// <summary>Whether a token can be bound: to the application's certificate, or to that of a bound assertion.</summary>
    internal bool CanBindTokens => BindsTokens || IsFederated;

    /// <summary>The audience that the application set for assertions of another issuer; null without one.</summary>
    internal virtual string? Audience => null;

    /// <summary>How long Entra may not know the credential yet; zero if that cannot happen.</summary>
    internal virtual TimeSpan Tolerance => TimeSpan.Zero;

    /// <summary>Writes itself into the form of one attempt.</summary>
    /// <returns>Null if it was written; otherwise the reason why not.</returns>
    internal abstract ValueTask<TokenResult?> WriteAsync(
        TokenRequestForm form, TokenExchange exchange, CancellationToken cancellationToken);

    /// <summary>The kind; never the secret.</summary>
    public sealed override string ToString() => Name;

    /// <summary>What is configured cannot be used.</summary>
    private protected static TokenResult Unusable(string message, string anchor, Exception? exception = null) =>
        TokenResult.Failed(new TokenError(TokenErrorKind.InvalidConfiguration, message) { HelpAnchor = anchor, Exception = exception });
}

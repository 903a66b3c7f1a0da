namespace WorkloadIdentity;

/// <summary>
/// How an application proves to Entra that it is itself (RFC 6749 section 2.3): <see cref="ClientSecretAuthentication"/>,
/// <see cref="ClientCertificateAuthentication"/> or <see cref="FederatedAuthentication"/>. What it proves it with is asked for at each use,
/// so a rotated secret, certificate or assertion needs no restart. Never prints any of them. Safe for concurrent use.
/// </summary>
/// <remarks>
/// The kinds are those Entra knows, so this class cannot be derived from. To bring assertions of your own, derive from
/// <see cref="AssertionSource"/>.
/// </remarks>
public abstract class ClientAuthentication
{
    private protected ClientAuthentication()
    {
    }

    /// <summary>What it is, in words for messages: <c>client secret</c>.</summary>
    internal abstract string Name { get; }

    /// <summary>
    /// Where the proof comes from, in words for a report: <c>the client secret file '/run/secrets/client-secret'</c>. Never the proof.
    /// </summary>
    internal abstract string Place { get; }

    /// <summary>For how long "not known here" may mean "not known yet"; zero when it never does.</summary>
    internal virtual TimeSpan Tolerance => TimeSpan.Zero;

    /// <summary>Writes itself into the form of one attempt. Asked anew for every attempt.</summary>
    /// <returns>Null when written; otherwise why it could not be.</returns>
    internal abstract ValueTask<TokenResult?> WriteAsync(
        TokenRequestForm form, TokenExchange exchange, CancellationToken cancellationToken);

    /// <summary>What kind of proof it is; never the proof.</summary>
    public sealed override string ToString() => Name;

    /// <summary>Something is configured, and it cannot be used as it is.</summary>
    private protected static TokenResult Unusable(string message, string anchor, Exception? exception = null) =>
        TokenResult.Failed(new TokenError(TokenErrorKind.InvalidConfiguration, message) { HelpAnchor = anchor, Exception = exception });
}

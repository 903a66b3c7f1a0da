namespace WorkloadIdentity.Testing;

/// <summary>
/// A protected API of the emulator. Any method and path below <see cref="Url"/> answers 200 with who called, as JSON, when the request
/// carries a living token of this emulator for <see cref="Audience"/>; otherwise 401 with a <c>WWW-Authenticate</c> challenge (RFC 6750
/// section 3).
/// </summary>
public sealed class EmulatedApi
{
    private volatile bool _hasContinuousAccess = true;
    private volatile bool _acceptsBoundTokens = true;
    private volatile bool _requiresBoundTokens;
    private volatile string? _requiredRole;

    internal EmulatedApi(string audience, Uri url, GraphApi? graph = null)
    {
        Audience = audience;
        Url = url;
        Graph = graph;
    }

    /// <summary>The resource: the <c>aud</c> of its tokens.</summary>
    public string Audience { get; }

    /// <summary>The scope to ask a token with: the audience followed by <c>/.default</c>.</summary>
    public string Scope => $"{Audience}/.default";

    /// <summary>Where it answers. Ends in a slash, so that it can be a base address.</summary>
    public Uri Url { get; }

    /// <summary>
    /// Whether it resembles Microsoft Graph: its paths, its roles and its form of errors. See <see cref="EntraEmulator.AddGraph"/>.
    /// </summary>
    public bool IsGraph => Graph is not null;

    internal GraphApi? Graph { get; }

    /// <summary>
    /// Whether it learns of revocations at once and answers a revoked token with a claims challenge (continuous access evaluation). On at
    /// start. Off, a revoked principal's tokens are taken until they expire.
    /// </summary>
    public bool HasContinuousAccess { get => _hasContinuousAccess; set => _hasContinuousAccess = value; }

    /// <summary>
    /// The application role every caller must hold; others are answered 403 with <c>insufficient_scope</c>. None at start.
    /// </summary>
    public string? RequiredRole { get => _requiredRole; set => _requiredRole = value; }

    /// <summary>
    /// Whether Entra issues tokens for it that are bound to a certificate; otherwise a request for one is refused (AADSTS392196). On at
    /// start. The real Entra does so for a few APIs.
    /// </summary>
    public bool AcceptsBoundTokens { get => _acceptsBoundTokens; set => _acceptsBoundTokens = value; }

    /// <summary>Whether it rejects tokens that are not bound to the certificate of the connection. Off at start.</summary>
    public bool RequiresBoundTokens { get => _requiresBoundTokens; set => _requiresBoundTokens = value; }

    /// <summary>The audience.</summary>
    public override string ToString() => Audience;
}

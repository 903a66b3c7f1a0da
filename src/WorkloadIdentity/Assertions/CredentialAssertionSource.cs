namespace WorkloadIdentity;

/// <summary>
/// A token of another credential, for the exchange audience, as the assertion of this application. The other credential asks in its own
/// tenant, so the application may ask in another one
/// (<see href="https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity">an application
/// that trusts a managed identity</see>). Safe for concurrent use.
/// </summary>
/// <remarks>
/// For a managed identity use <see cref="ManagedIdentityAssertionSource"/>, for an agent identity
/// <see cref="AgentIdentityAssertionSource"/>: they know what else is needed.
/// </remarks>
public sealed class CredentialAssertionSource : AssertionSource
{
    private readonly Credential _credential;
    private readonly string? _fmiPath;

    /// <summary>Assertions from <paramref name="credential"/>.</summary>
    /// <param name="credential">Whose token stands for the application. Asked at each use; it is not disposed.</param>
    /// <param name="fmiPath">The <c>fmi_path</c> of its token; none when null.</param>
    /// <exception cref="ArgumentException"><paramref name="fmiPath"/> is empty or holds a control character.</exception>
    public CredentialAssertionSource(Credential credential, string? fmiPath = null)
    {
        ArgumentNullException.ThrowIfNull(credential);
        _credential = credential;
        _fmiPath = fmiPath is null ? null : Guard.Text(fmiPath, "An FMI path", "the agent identity's client id");
    }

    /// <summary>That of the credential.</summary>
    public override string Name => _credential.Name;

    /// <inheritdoc/>
    protected internal override string? LooksFor => $"a token of '{_credential.Name}' for the exchange";

    /// <inheritdoc/>
    public override ValueTask<AssertionResult> GetAssertionAsync(AssertionRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return AskAsync(
            _credential, new TokenRequest($"{request.RequireAudience()}/.default") { FmiPath = _fmiPath }, request, cancellationToken);
    }

    /// <summary>The credential's verdict as a source's.</summary>
    internal static async ValueTask<AssertionResult> AskAsync(
        Credential credential, TokenRequest token, AssertionRequest request, CancellationToken cancellationToken)
    {
        var result = await credential.AcquireAsync(
            new Acquisition(
                token)
            { HasAlternatives = request.HasAlternatives, TimeProvider = request.TimeProvider, IsReport = request.IsReport },
                cancellationToken).ConfigureAwait(false);
        return result switch
        {
            { Verdict: TokenVerdict.Issued, Token: { } issued } => AssertionResult.Issued(issued.Value),
            { Verdict: TokenVerdict.Unavailable, Error: { } absent } => AssertionResult.Unavailable(Explained(absent)),
            { Error: { } error } => AssertionResult.Failed(Explained(error)),
            _ => throw new InvalidOperationException("A verdict without a token has an error."),
        };

        TokenError Explained(TokenError error) =>
            error.WithMessage(
                $"Application {request.ClientId} proves itself with a token of '{credential.Name}' for {token.Scope}, and there is none. "
                    + $"{error.Message}");
    }
}

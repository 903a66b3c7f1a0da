namespace WorkloadIdentity;

/// <summary>The tokens of another credential for the exchange audience.</summary>
internal sealed class CredentialAssertionSource : AssertionSource
{
    private readonly Credential _credential;
    private readonly string? _fmiPath;

    public CredentialAssertionSource(Credential credential, string? fmiPath)
    {
        ArgumentNullException.ThrowIfNull(credential);
        _credential = credential;
        _fmiPath = fmiPath is null ? null : Guard.Text(fmiPath, "An FMI path", "the agent identity's client id");
    }

    public override string Name => _credential.Name;

    protected internal override string? LooksFor => $"a token of '{_credential.Name}' for the exchange";

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
                token.BoundAs(request.Binding))
            { HasAlternatives = request.HasAlternatives, TimeProvider = request.TimeProvider, IsReport = request.IsReport },
                cancellationToken).ConfigureAwait(false);
        return result switch
        {
            { Verdict: TokenVerdict.Issued, Token: { } issued } => AssertionResult.Issued(issued.Value, issued.Binding),
            { Verdict: TokenVerdict.Unavailable, Error: { } absent } => AssertionResult.Unavailable(Explained(absent)),
            { Error: { } error } => AssertionResult.Failed(Explained(error)),
            _ => throw new InvalidOperationException("A verdict without a token has an error."),
        };

        TokenError Explained(TokenError error) =>
            new TokenError(
                error,
                $"Application {request.ClientId} authenticates with a token of '{credential.Name}' for {token.Scope}, but "
                    + $"'{credential.Name}' returned none. {error.Message}");
    }
}

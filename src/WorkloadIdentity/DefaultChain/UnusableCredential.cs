namespace WorkloadIdentity;

/// <summary>
/// Takes the place of a credential that cannot be built from the environment. Each request for a token gets the reason.
/// </summary>
internal sealed class UnusableCredential(
    string name, TokenErrorKind kind, string message, string anchor, string? looksFor = null) : Credential
{
    public override string Name => name;

    protected override string? LooksFor => looksFor;

    // Whatever is asked for: the reason is the same.
    protected override RequestFeatures Supports => RequestFeatures.All;

    protected override ValueTask<TokenResult> AcquireCoreAsync(Acquisition acquisition, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Result(acquisition.Request));

    /// <summary>The result of an attempt. A chain takes it as it is: there is nothing to ask.</summary>
    public TokenResult Attempt(TokenRequest request)
    {
        var result = Result(request);
        return result.After([new TokenAttempt(name, result.Verdict, result.Error, TimeSpan.Zero)]);
    }

    private TokenResult Result(TokenRequest request)
    {
        var error = new TokenError(kind, message)
        {
            Scope = request.Scope,
            TenantId = request.TenantId,
            HelpAnchor = anchor,
        };
        return kind == TokenErrorKind.NotConfigured ? TokenResult.Unavailable(error) : TokenResult.Failed(error);
    }
}

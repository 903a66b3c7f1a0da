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
    protected override RequestFeatures Supports =>
        RequestFeatures.TenantId | RequestFeatures.UserAssertion | RequestFeatures.FmiPath | RequestFeatures.Claims;

    protected override ValueTask<TokenResult> AcquireCoreAsync(Acquisition acquisition, CancellationToken cancellationToken)
    {
        var error = new TokenError(kind, message)
        {
            Scope = acquisition.Request.Scope,
            TenantId = acquisition.Request.TenantId,
            HelpAnchor = anchor,
        };
        return ValueTask.FromResult(kind == TokenErrorKind.NotConfigured ? TokenResult.Unavailable(error) : TokenResult.Failed(error));
    }
}

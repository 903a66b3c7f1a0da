namespace WorkloadIdentity.Developer;

/// <summary>Takes the place of a developer's login in a workload, where it is never used. Each request gets the reason.</summary>
/// <param name="name">Of the login.</param>
/// <param name="variable">Says that this is a workload.</param>
internal sealed class RefusedLogin(string name, string variable) : Credential
{
    public override string Name => name;

    // Whatever is asked for: the reason is the same.
    protected override RequestFeatures Supports =>
        RequestFeatures.TenantId | RequestFeatures.UserAssertion | RequestFeatures.FmiPath | RequestFeatures.Claims;

    protected override ValueTask<TokenResult> AcquireCoreAsync(Acquisition acquisition, CancellationToken cancellationToken) =>
        ValueTask.FromResult(TokenResult.Failed(new TokenError(
            TokenErrorKind.NotAllowed,
            $"{variable} is set: this is a workload, and a developer's login never stands in for one. Remove that variable at a "
                + "desk; in a workload allow 'federated' and leave AZURE_TOKEN_CREDENTIALS out.")
        {
            Scope = acquisition.Request.Scope,
            TenantId = acquisition.Request.TenantId,
            HelpAnchor = ToolQuestion.HelpAnchor,
        }));
}

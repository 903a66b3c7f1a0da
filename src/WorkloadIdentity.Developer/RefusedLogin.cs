namespace WorkloadIdentity.Developer;

/// <summary>Takes the place of a developer's login in a workload, where it is never used. Each request gets the reason.</summary>
/// <param name="name">The name of the login's credential.</param>
/// <param name="variable">The variable that shows that this is a workload.</param>
internal sealed class RefusedLogin(string name, string variable) : Credential
{
    public override string Name => name;

    // The reason is the same for every request.
    protected override RequestFeatures Supports => RequestFeatures.All;

    protected override ValueTask<TokenResult> AcquireCoreAsync(Acquisition acquisition, CancellationToken cancellationToken) =>
        ValueTask.FromResult(TokenResult.Failed(new TokenError(
            TokenErrorKind.NotAllowed,
            $"{variable} is set, so this is a workload, and a workload never uses a developer's login. On a developer's machine remove "
                + "that variable. In a workload allow 'federated' and remove AZURE_TOKEN_CREDENTIALS.")
        {
            Scope = acquisition.Request.Scope,
            TenantId = acquisition.Request.TenantId,
            HelpAnchor = ToolQuestion.HelpAnchor,
        }));
}

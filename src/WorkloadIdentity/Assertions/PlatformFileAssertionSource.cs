namespace WorkloadIdentity;

/// <summary>The assertion in the file that the platform names in a variable, as the webhook of Azure Workload Identity does.</summary>
/// <remarks>
/// It is not here only if the variable does not exist. A variable that is empty or names a file that cannot be used is a mistake.
/// </remarks>
internal sealed class PlatformFileAssertionSource : AssertionSource
{
    public const string Variable = "AZURE_FEDERATED_TOKEN_FILE";

    public override string Name => "federated token file";

    protected internal override string? LooksFor => $"the token file that the variable {Variable} names";

    public override ValueTask<AssertionResult> GetAssertionAsync(AssertionRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Environment.IsEmpty(Variable))
        {
            return new(Failed($"{Variable} is empty. It must name the token file, or not exist."));
        }

        if (request.Environment.Variable(Variable) is not { } path)
        {
            return new(AssertionResult.Unavailable(new TokenError(
                TokenErrorKind.NotConfigured,
                $"{Variable} is not set, so the platform mounts no federated token here. On Kubernetes, check that the webhook of Azure "
                    + "Workload Identity ran; elsewhere, name the file (TokenFile).")
            {
                HelpAnchor = HelpAnchors.FederatedTokenFile,
            }));
        }

        FileAssertionSource file;
        try
        {
            file = new FileAssertionSource(path);
        }
        catch (ArgumentException exception)
        {
            return new(Failed($"{Variable} cannot be used. {TokenError.Explain(exception)}"));
        }

        return file.GetAssertionAsync(request, cancellationToken);
    }

    private static AssertionResult Failed(string message) =>
        AssertionResult.Failed(
            new TokenError(TokenErrorKind.InvalidConfiguration, message) { HelpAnchor = HelpAnchors.FederatedTokenFile });
}

namespace WorkloadIdentity;

/// <summary>
/// A variable that holds an assertion, as GitLab (<c>id_tokens</c>), CircleCI (<c>CIRCLE_OIDC_TOKEN_V2</c>), Bitbucket
/// (<c>BITBUCKET_STEP_OIDC_TOKEN</c>) and HCP Terraform (<c>TFC_WORKLOAD_IDENTITY_TOKEN</c>) set one. It is read at each use, but none of
/// these renews it while the job runs: it ends when it ends. White space around the assertion is removed. Safe for concurrent use.
/// </summary>
public sealed class EnvironmentVariableAssertionSource : AssertionSource
{
    private readonly string _variable;

    /// <summary>Reads assertions from <paramref name="variable"/>.</summary>
    /// <param name="variable">The variable's name.</param>
    /// <exception cref="ArgumentException"><paramref name="variable"/> is empty, or holds a control character or an equals
    /// sign.</exception>
    public EnvironmentVariableAssertionSource(string variable)
    {
        _variable = Guard.Text(variable, "The name of the variable", "TFC_WORKLOAD_IDENTITY_TOKEN");
        if (variable.Contains('=', StringComparison.Ordinal))
        {
            throw new ArgumentException(
                "The name of a variable holds no equals sign. Give the name alone, such as TFC_WORKLOAD_IDENTITY_TOKEN.", nameof(variable));
        }
    }

    /// <inheritdoc/>
    public override string Name => "environment variable";

    /// <inheritdoc/>
    protected internal override string? LooksFor => $"the token in the variable {_variable}";

    /// <inheritdoc/>
    public override ValueTask<AssertionResult> GetAssertionAsync(AssertionRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return new(request.Environment.Variable(_variable)?.Trim() switch
        {
            null =>
                AssertionResult.Unavailable(new TokenError(
                    TokenErrorKind.NotConfigured,
                    $"{_variable} is not set. Let the build system put an id token into it (see docs/federation.md).")
                {
                    HelpAnchor = HelpAnchors.AssertionSource,
                }),
            { Length: 0 } => Unusable("holds nothing but white space"),
            { } assertion => JwtForm.Wrapping(assertion) is { } stray ? Unusable(stray) : AssertionResult.Issued(assertion),
        });
    }

    private AssertionResult Unusable(string problem) =>
        AssertionResult.Failed(new TokenError(TokenErrorKind.InvalidConfiguration, $"{_variable} {problem}. It must hold one JWT alone.")
        {
            HelpAnchor = HelpAnchors.AssertionSource,
        });
}

namespace WorkloadIdentity;

/// <summary>The assertion in an environment variable.</summary>
internal sealed class VariableAssertionSource : AssertionSource
{
    private readonly string _variable;
    private readonly string _advice;

    /// <param name="variable">The variable's name.</param>
    /// <param name="name">The source's name; null for the name of all variables.</param>
    /// <param name="advice">What to do where the variable is not set: a whole sentence; null for general advice.</param>
    public VariableAssertionSource(string variable, string? name = null, string? advice = null)
    {
        Name = name ?? "environment variable";
        _advice = advice ?? "Configure the build system to put an id token into it (see docs/federation.md).";
        _variable = Guard.Text(variable, "The name of the variable", "TFC_WORKLOAD_IDENTITY_TOKEN");
        if (variable.Contains('=', StringComparison.Ordinal))
        {
            throw new ArgumentException(
                "The name of a variable must not contain an equals sign. Give only the name, such as "
                    + "TFC_WORKLOAD_IDENTITY_TOKEN.",
                nameof(variable));
        }
    }

    public override string Name { get; }

    protected internal override string? LooksFor => $"the token in the variable {_variable}";

    public override ValueTask<AssertionResult> GetAssertionAsync(AssertionRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return new(request.Environment.Variable(_variable)?.Trim() switch
        {
            null =>
                AssertionResult.Unavailable(new TokenError(
                    TokenErrorKind.NotConfigured,
                    $"{_variable} is not set. {_advice}")
                {
                    HelpAnchor = HelpAnchors.AssertionSource,
                }),
            { Length: 0 } => Unusable("contains only white space"),
            { } assertion => JwtForm.Wrapping(assertion) is { } stray ? Unusable(stray) : AssertionResult.Issued(assertion),
        });
    }

    private AssertionResult Unusable(string problem) =>
        AssertionResult.Failed(new TokenError(
            TokenErrorKind.InvalidConfiguration, $"{_variable} {problem}. It must contain one JWT and nothing else.")
        {
            HelpAnchor = HelpAnchors.AssertionSource,
        });
}

namespace WorkloadIdentity.Tool;

/// <summary>Detects the platform from variables and files.</summary>
internal static class MachineExamination
{
    private static readonly IReadOnlyList<(string Platform, Func<WorkloadEnvironment, bool> IsHere)> Platforms =
    [
        ("Kubernetes", environment => environment.Has("KUBERNETES_SERVICE_HOST")),
        ("Container Apps", environment => environment.Has("CONTAINER_APP_NAME")),
        ("Azure Functions", environment => environment.HasAny("FUNCTIONS_")),
        ("App Service", environment => environment.HasAny("WEBSITE_")),
        ("GitHub Actions", environment => environment.Variable("GITHUB_ACTIONS") == "true"),
        ("Azure Pipelines", environment => environment.Has("TF_BUILD")),
        ("GitLab CI", environment => environment.Has("GITLAB_CI")),
        ("AWS", environment => environment.HasAny("AWS_")),
        ("Google Cloud", environment => environment.Has("GCE_METADATA_HOST") || environment.Has("K_SERVICE")),
        ("container", environment => environment.FileExists("/.dockerenv") || environment.FileExists("/run/.containerenv")),
    ];

    public static MachineFinding Run(Surroundings surroundings, WorkloadEnvironment environment, Redaction redaction) => new(
        redaction.Text(surroundings.Platform.OperatingSystem),
        surroundings.Platform.Architecture,
        surroundings.Platform.Runtime,
        [.. Platforms.Where(row => row.IsHere(environment)).Select(row => row.Platform)],
        new ManagedIdentityHostTable(new ManagedIdentityCredentialOptions { Environment = environment }).Describe());

    /// <summary>The known variables that are set, each with what may be shown of it.</summary>
    public static IReadOnlyList<VariableFinding> Variables(WorkloadEnvironment environment, Redaction redaction) =>
        [.. KnownVariables.All.Select(variable => Variable(variable, environment, redaction)).OfType<VariableFinding>()];

    private static VariableFinding? Variable(KnownVariable variable, WorkloadEnvironment environment, Redaction redaction)
    {
        if (environment.Variable(variable.Name) is not { } value)
        {
            return environment.IsEmpty(variable.Name)
                ? new VariableFinding(
                    variable.Name, "empty", Problem: "It is empty, which counts as not set. Set it or remove it.")
                : null;
        }

        var problem = StrayCharacters.InText(value) is { } stray ? $"It {stray}." : variable.ProblemOf?.Invoke(value);
        return variable.IsSecret
            ? new VariableFinding(variable.Name, "secret", Problem: redaction.TextOrNull(problem))
            : new VariableFinding(
                variable.Name, "set", variable.IsAddress ? redaction.Address(value) : redaction.Text(value), redaction.TextOrNull(problem));
    }
}

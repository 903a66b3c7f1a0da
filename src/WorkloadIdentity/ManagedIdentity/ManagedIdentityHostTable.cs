namespace WorkloadIdentity;

/// <summary>
/// Detects the host. The first row that matches wins, so the order matters. The table is read for every acquisition, because variables
/// change.
/// </summary>
/// <remarks>Other Entra libraries use the same rows, so a program gets the same host when it changes its library.</remarks>
internal sealed class ManagedIdentityHostTable(ManagedIdentityCredentialOptions options)
{
    // The variables whose presence decides, here or for IMDS. They are read together, so that a decision rests on one state of the
    // environment.
    private static readonly IReadOnlyList<string> Variables =
    [
        "IDENTITY_ENDPOINT", "IDENTITY_HEADER", "IDENTITY_SERVER_THUMBPRINT", "IMDS_ENDPOINT",
        "MSI_ENDPOINT", "MSI_SECRET", "DEFAULT_IDENTITY_CLIENT_ID", ImdsHost.AuthorityVariable, ImdsHost.FederatedTokenVariable,
    ];

    // A row holds when all its variables are present and its condition, if it has one, is met.
    private readonly (string[] Present, Func<WorkloadEnvironment, bool>? Condition, ManagedIdentityHost Host)[] _rows =
    [
        // First, because it can have the same variables as Service Fabric or App Service. The form of its endpoint distinguishes it.
        (["IDENTITY_ENDPOINT", "IDENTITY_HEADER"], ContainerInstancesHost.HasEndpoint, new ContainerInstancesHost(options)),
        (["IDENTITY_ENDPOINT", "IDENTITY_HEADER", "IDENTITY_SERVER_THUMBPRINT"], null, new ServiceFabricHost(options)),
        (["IDENTITY_ENDPOINT", "IDENTITY_HEADER"], null, AppServiceHost.Current(options)),

        // These two variables are shared: Azure ML announces its identity, App Service announces itself; peers take the rest for Azure ML.
        (["MSI_ENDPOINT", "MSI_SECRET", "DEFAULT_IDENTITY_CLIENT_ID"], null, new AzureMachineLearningHost(options)),
        (["MSI_ENDPOINT", "MSI_SECRET"], IsAppService, AppServiceHost.Of2017(options)),
        (["MSI_ENDPOINT", "MSI_SECRET"], null, new AzureMachineLearningHost(options)),
        (["MSI_ENDPOINT"], null, new CloudShellHost(options)),

        (["IDENTITY_ENDPOINT", "IMDS_ENDPOINT"], null, new ArcHost(options)),
        ([], HasArcAgent, new ArcHost(options)),

        (["IDENTITY_HEADER", "IDENTITY_SERVER_THUMBPRINT"], IsNotServiceFabric, new ImdsHost(options)),

        // Only one variable of a pair means a misconfigured host. Treating it as a plain machine could return the token of another
        // identity.
        (["IDENTITY_ENDPOINT"], null, Half("IDENTITY_ENDPOINT", "IDENTITY_HEADER", options)),
        (["IDENTITY_HEADER"], null, Half("IDENTITY_HEADER", "IDENTITY_ENDPOINT", options)),
        (["MSI_SECRET"], null, Half("MSI_SECRET", "MSI_ENDPOINT", options)),

        ([], null, new ImdsHost(options)),
    ];

    /// <summary>The host as the environment describes it now.</summary>
    public ManagedIdentityHost Detect() => Detect(out _);

    /// <summary>The host as the environment describes it now.</summary>
    /// <param name="present">The variables that are set, of those that decide.</param>
    public ManagedIdentityHost Detect(out IReadOnlySet<string> present)
    {
        present = options.Environment.PresentAmong(Variables);
        foreach (var (needed, condition, host) in _rows)
        {
            if (Array.TrueForAll(needed, present.Contains) && condition?.Invoke(options.Environment) != false)
            {
                return host;
            }
        }

        throw new System.Diagnostics.UnreachableException("The last row always holds.");
    }

    /// <summary>Which host is asked, in words. IMDS is asked where nothing announces a host, so it may well not be there.</summary>
    public string Describe() => Detect() is var host && ReferenceEquals(host, _rows[^1].Host)
        ? $"{host.Name}, if there is one: no variable names a host"
        : host.Name;

    /// <summary>App Service and Functions set dozens of variables of their own.</summary>
    internal static bool IsAppService(WorkloadEnvironment environment) =>
        environment.HasAny("WEBSITE_") || environment.HasAny("FUNCTIONS_");

    /// <summary>
    /// Linux containers of Azure Container Instances have a header, a thumbprint and a version, and no endpoint: IMDS answers there (seen
    /// 2024-05). An application on Service Fabric that has lost its endpoint has the same variables, and IMDS would answer as the node.
    /// Its name is a fabric URI.
    /// </summary>
    private static bool IsNotServiceFabric(WorkloadEnvironment environment) =>
        environment.Variable("Fabric_ApplicationName")?.StartsWith("fabric:/", StringComparison.OrdinalIgnoreCase) != true;

    private static bool HasArcAgent(WorkloadEnvironment environment) => environment.FileExists(
        OperatingSystem.IsWindows()
            ? Path.Combine(WorkloadEnvironment.ProgramFiles, "AzureConnectedMachineAgent", "himds.exe")
            : "/opt/azcmagent/bin/himds");

    private static UnusableHost Half(string present, string missing, ManagedIdentityCredentialOptions options) => new(
        "Managed identity host",
        $"{present} is set and {missing} is not: half of a managed identity host. Set both, or neither to use the identity of the machine.",
        options);
}

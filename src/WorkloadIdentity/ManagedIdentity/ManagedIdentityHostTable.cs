namespace WorkloadIdentity;

/// <summary>
/// Which host this is. The first row that holds wins, so the order is part of the table; it is read for every request, because variables
/// change.
/// </summary>
/// <remarks>The rows are those other Entra libraries agree on, so that a program moves between them without a surprise.</remarks>
internal sealed class ManagedIdentityHostTable(ManagedIdentityCredentialOptions options)
{
    private readonly (Func<WorkloadEnvironment, bool> Holds, ManagedIdentityHost Host)[] _rows =
    [
        // First, because it may have Service Fabric's thumbprint or nothing but App Service's two variables; its endpoint tells it apart.
        (ContainerInstancesHost.IsHere,                                             new ContainerInstancesHost(options)),
        (All("IDENTITY_ENDPOINT", "IDENTITY_HEADER", "IDENTITY_SERVER_THUMBPRINT"), new ServiceFabricHost(options)),
        (All("IDENTITY_ENDPOINT", "IDENTITY_HEADER"),                               AppServiceHost.Current(options)),

        // These two variables are shared: Azure ML announces its identity, App Service announces itself; peers take the rest for Azure ML.
        (All("MSI_ENDPOINT", "MSI_SECRET", "DEFAULT_IDENTITY_CLIENT_ID"),           new AzureMachineLearningHost(options)),
        (Both(All("MSI_ENDPOINT", "MSI_SECRET"), IsAppService),                     AppServiceHost.Of2017(options)),
        (All("MSI_ENDPOINT", "MSI_SECRET"),                                         new AzureMachineLearningHost(options)),
        (All("MSI_ENDPOINT"),                                                       new CloudShellHost(options)),

        (All("IDENTITY_ENDPOINT", "IMDS_ENDPOINT"),                                 new ArcHost(options)),
        (HasArcAgent,                                                               new ArcHost(options)),

        (IsLinuxContainerInstance,                                                  new ImdsHost(options)),

        // Half of a pair is a host that was set up wrongly. Taking it for a plain machine could answer with the identity of another one.
        (All("IDENTITY_ENDPOINT"),                                                  Half("IDENTITY_ENDPOINT", "IDENTITY_HEADER", options)),
        (All("IDENTITY_HEADER"),                                                    Half("IDENTITY_HEADER", "IDENTITY_ENDPOINT", options)),
        (All("MSI_SECRET"),                                                         Half("MSI_SECRET", "MSI_ENDPOINT", options)),

        (_ => true,                                                                 new ImdsHost(options)),
    ];

    /// <summary>The host as the environment describes it now.</summary>
    public ManagedIdentityHost Detect()
    {
        foreach (var (holds, host) in _rows)
        {
            if (holds(options.Environment))
            {
                return host;
            }
        }

        throw new System.Diagnostics.UnreachableException("The last row always holds.");
    }

    /// <summary>App Service and Functions set dozens of variables of their own.</summary>
    internal static bool IsAppService(WorkloadEnvironment environment) =>
        environment.HasAny("WEBSITE_") || environment.HasAny("FUNCTIONS_");

    /// <summary>
    /// Linux containers of Azure Container Instances have a header, a thumbprint and a version, and no endpoint: IMDS answers there (seen
    /// 2024-05). An application on Service Fabric that has lost its endpoint has the same variables, and IMDS would answer as the node.
    /// Its name is a fabric URI.
    /// </summary>
    private static bool IsLinuxContainerInstance(WorkloadEnvironment environment) =>
        environment.Has("IDENTITY_HEADER") && environment.Has("IDENTITY_SERVER_THUMBPRINT")
        && environment.Variable("Fabric_ApplicationName")?.StartsWith("fabric:/", StringComparison.OrdinalIgnoreCase) != true;

    private static bool HasArcAgent(WorkloadEnvironment environment) => environment.FileExists(
        OperatingSystem.IsWindows()
            ? Path.Combine(WorkloadEnvironment.ProgramFiles, "AzureConnectedMachineAgent", "himds.exe")
            : "/opt/azcmagent/bin/himds");

    private static Func<WorkloadEnvironment, bool> All(params string[] names) => environment => Array.TrueForAll(names, environment.Has);

    private static Func<WorkloadEnvironment, bool> Both(Func<WorkloadEnvironment, bool> one, Func<WorkloadEnvironment, bool> other) =>
        environment => one(environment) && other(environment);

    private static UnusableHost Half(string present, string missing, ManagedIdentityCredentialOptions options) => new(
        "Managed identity host",
        $"{present} is set and {missing} is not: half of a managed identity host. Set both, or neither to use the identity of the machine.",
        options);
}

namespace WorkloadIdentity.Testing;

/// <content>The environments of a workload on each host, for the code under test.</content>
public sealed partial class EntraEmulator
{
    /// <summary>The environment of a workload on a virtual machine, with IMDS at this emulator's address.</summary>
    /// <param name="identity">The identity it names in <c>AZURE_CLIENT_ID</c>; none when null.</param>
    public IReadOnlyDictionary<string, string> ImdsEnvironment(EmulatedManagedIdentity? identity = null) =>
        Environment(identity, ("AZURE_POD_IDENTITY_AUTHORITY_HOST", PlainAddress.AbsoluteUri));

    /// <summary>
    /// The environment of a Linux container of Azure Container Instances: a header, a thumbprint and a version that nothing uses, and
    /// IMDS at this emulator's address. Set <see cref="IsContainerInstance"/> as well, so that this IMDS answers as the one there.
    /// </summary>
    /// <param name="identity">The identity it names in <c>AZURE_CLIENT_ID</c>; none when null.</param>
    public IReadOnlyDictionary<string, string> ContainerInstancesEnvironment(EmulatedManagedIdentity? identity = null) => Environment(
        identity,
        ("AZURE_POD_IDENTITY_AUTHORITY_HOST", PlainAddress.AbsoluteUri),
        ("IDENTITY_HEADER", IdentityHeader),
        ("IDENTITY_SERVER_THUMBPRINT", _server.Certificates.Thumbprint),
        ("IDENTITY_API_VERSION", "2020-05-01"));

    /// <summary>
    /// The environment of a Windows container of Azure Container Instances, and of a deployment script. An identity is named by its
    /// object id there.
    /// </summary>
    public IReadOnlyDictionary<string, string> ContainerInstancesOnWindowsEnvironment() => Environment(
        identity: null,
        ("IDENTITY_ENDPOINT", $"{PlainAddress.AbsoluteUri}aci/metadata/identity/oauth2/token?api-version=1.0"),
        ("IDENTITY_HEADER", IdentityHeader));

    /// <summary>The environment of a workload on App Service, Functions or Container Apps.</summary>
    /// <param name="identity">The identity it names in <c>AZURE_CLIENT_ID</c>; none when null.</param>
    public IReadOnlyDictionary<string, string> AppServiceEnvironment(EmulatedManagedIdentity? identity = null) =>
        Environment(identity, ("IDENTITY_ENDPOINT", $"{PlainAddress.AbsoluteUri}msi/token"), ("IDENTITY_HEADER", IdentityHeader));

    /// <summary>The environment of a workload on an older plan of App Service, which speaks the protocol of 2017-09-01.</summary>
    /// <param name="identity">The identity it names in <c>AZURE_CLIENT_ID</c>; none when null.</param>
    public IReadOnlyDictionary<string, string> AppServiceOf2017Environment(EmulatedManagedIdentity? identity = null) =>
        Environment(
            identity,
            ("MSI_ENDPOINT", $"{PlainAddress.AbsoluteUri}app-service-2017/MSI/token"),
            ("MSI_SECRET", IdentityHeader),
            ("WEBSITE_SITE_NAME", "emulated"));

    /// <summary>
    /// The environment of a workload on a machine with the agent of Azure Arc. It needs <see cref="ArcKeyFiles"/> as well.
    /// </summary>
    /// <param name="identity">The identity it names in <c>AZURE_CLIENT_ID</c>; none when null.</param>
    public IReadOnlyDictionary<string, string> ArcEnvironment(EmulatedManagedIdentity? identity = null) =>
        Environment(
            identity,
            ("IDENTITY_ENDPOINT", $"{PlainAddress.AbsoluteUri}arc/metadata/identity/oauth2/token"),
            ("IMDS_ENDPOINT", PlainAddress.AbsoluteUri));

    /// <summary>
    /// The key files of the emulated Azure Arc agent, as they come and go, for <c>WorkloadEnvironment.FromValues(entra.ArcEnvironment(),
    /// entra.ArcKeyFiles)</c>. They exist in memory only, under the paths a real agent uses.
    /// </summary>
    public IReadOnlyDictionary<string, byte[]> ArcKeyFiles => ArcKeys.Files;

    /// <summary>
    /// The environment of a workload on Service Fabric: an https endpoint that is known by its certificate's thumbprint alone.
    /// </summary>
    public IReadOnlyDictionary<string, string> ServiceFabricEnvironment() => Environment(
        identity: null,
        ("IDENTITY_ENDPOINT", $"{_server.SecureAddress.AbsoluteUri}fabric/metadata/identity/oauth2/token"),
        ("IDENTITY_HEADER", IdentityHeader),
        ("IDENTITY_SERVER_THUMBPRINT", _server.Certificates.Thumbprint));

    /// <summary>The environment of a workload on a compute of Azure Machine Learning.</summary>
    /// <param name="identity">The compute's own identity; the system-assigned one when null.</param>
    public IReadOnlyDictionary<string, string> AzureMachineLearningEnvironment(EmulatedManagedIdentity? identity = null) => Environment(
        identity: null,
        ("MSI_ENDPOINT", $"{PlainAddress.AbsoluteUri}azureml/msi/token"),
        ("MSI_SECRET", IdentityHeader),
        ("DEFAULT_IDENTITY_CLIENT_ID", (identity ?? SystemAssignedIdentity).ClientId));

    /// <summary>The environment of a program in Cloud Shell, where tokens speak for <c>admin@emulated.example</c>.</summary>
    public IReadOnlyDictionary<string, string> CloudShellEnvironment() =>
        Environment(identity: null, ("MSI_ENDPOINT", $"{PlainAddress.AbsoluteUri}cloudshell/oauth2/token"));

    private static Dictionary<string, string> Environment(
        EmulatedManagedIdentity? identity, params ReadOnlySpan<(string Name, string Value)> host)
    {
        var variables = new Dictionary<string, string>();
        foreach (var (name, value) in host)
        {
            variables.Add(name, value);
        }

        if (identity is not null)
        {
            variables.Add("AZURE_CLIENT_ID", identity.ClientId);
        }

        return variables;
    }
}

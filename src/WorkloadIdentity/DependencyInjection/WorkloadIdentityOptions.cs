using WorkloadIdentity;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>
/// What an identity registered with <c>AddWorkloadIdentity</c> works with. Read once, when the identity is first used or the host starts;
/// the clock, the loggers, the meters and the <see cref="WorkloadEnvironment"/> come from the container.
/// </summary>
public sealed class WorkloadIdentityOptions
{
    /// <summary>
    /// The cloud of the application: a member of <see cref="EntraCloud"/>, or a literal loopback address for tests. Null takes
    /// <c>AZURE_AUTHORITY_HOST</c>, or else <see cref="EntraCloud.Public"/>.
    /// </summary>
    public Uri? AuthorityHost { get; set; }

    /// <summary>
    /// Whether secrets and assertions may be sent to an https host that is not one of Entra's known ones. Only in code. The default is
    /// false.
    /// </summary>
    public bool AllowUnknownAuthorityHost { get; set; }

    /// <summary>
    /// Tenants that requests may name besides the application's own; <c>*</c> allows every tenant. See
    /// <see cref="ApplicationCredentialOptions.AdditionallyAllowedTenants"/>.
    /// </summary>
    public IList<string> AdditionallyAllowedTenants { get; } = [];

    /// <summary>
    /// The kinds of credential the default chain may use; all when empty. See <see cref="DefaultCredentialsOptions.Allow"/>.
    /// </summary>
    public IList<string> Allow { get; } = [];

    /// <summary>Credentials that are added to the default chain. See <see cref="DefaultCredentialsOptions.Members"/>.</summary>
    public IList<DefaultChainMember> DefaultChainMembers { get; } = [];

    /// <summary>
    /// Whether a workload with a federated token may take the identity of the machine. See
    /// <see cref="ManagedIdentityCredentialOptions.AllowNodeIdentity"/>.
    /// </summary>
    public bool AllowNodeIdentity { get; set; }

    /// <summary>
    /// Whether configuration may name an address to fetch assertions from (<c>FederatedTokenUrl</c>). Only in code. The default is false.
    /// </summary>
    public bool AllowAssertionUrl { get; set; }

    /// <summary>
    /// Whether configuration may name a program to run for assertions (<c>FederatedTokenCommand</c>). Only in code. The default is false.
    /// </summary>
    public bool AllowAssertionCommand { get; set; }

    /// <summary>
    /// Whether to ask through the proxy of an AKS cluster. See <see cref="ApplicationCredentialOptions.UseIdentityBinding"/>.
    /// </summary>
    public bool UseIdentityBinding { get; set; }

    /// <summary>How transient failures are retried; null retries as each server asks for.</summary>
    public RetryOptions? Retry { get; set; }

    /// <summary>
    /// The client that asks Entra; null uses the library's own. See <see cref="ApplicationCredentialOptions.HttpClient"/>.
    /// </summary>
    public HttpClient? EntraHttpClient { get; set; }

    /// <summary>
    /// The client that asks managed identity hosts; null uses the library's own. See
    /// <see cref="ManagedIdentityCredentialOptions.HttpClient"/>.
    /// </summary>
    public HttpClient? ManagedIdentityHttpClient { get; set; }

    /// <inheritdoc cref="TokenAcquirerOptions.Capacity"/>
    public int Capacity { get => Acquirer.Capacity; set => Acquirer.Capacity = value; }

    /// <inheritdoc cref="TokenAcquirerOptions.OnBehalfOfCapacity"/>
    public int OnBehalfOfCapacity { get => Acquirer.OnBehalfOfCapacity; set => Acquirer.OnBehalfOfCapacity = value; }

    /// <inheritdoc cref="TokenAcquirerOptions.MaxConcurrentAcquisitions"/>
    public int MaxConcurrentAcquisitions { get => Acquirer.MaxConcurrentAcquisitions; set => Acquirer.MaxConcurrentAcquisitions = value; }

    /// <inheritdoc cref="TokenAcquirerOptions.MaxQueuedAcquisitions"/>
    public int MaxQueuedAcquisitions { get => Acquirer.MaxQueuedAcquisitions; set => Acquirer.MaxQueuedAcquisitions = value; }

    /// <inheritdoc cref="TokenAcquirerOptions.AcquisitionTimeLimit"/>
    public TimeSpan AcquisitionTimeLimit { get => Acquirer.AcquisitionTimeLimit; set => Acquirer.AcquisitionTimeLimit = value; }

    /// <inheritdoc cref="TokenAcquirerOptions.Jitter"/>
    public Func<double> Jitter { get => Acquirer.Jitter; set => Acquirer.Jitter = value; }

    /// <inheritdoc cref="TokenAcquirerOptions.Store"/>
    public TokenStore? Store { get => Acquirer.Store; set => Acquirer.Store = value; }

    /// <summary>
    /// Makes the credential, instead of what the builder's verbs or the configuration chose; null leaves it to them. Called once, at first
    /// use. A test replaces an identity here, whatever it was registered as.
    /// </summary>
    public Func<IServiceProvider, Credential>? Credential { get; set; }

    /// <summary>What the acquirer works with, but for what comes from the container.</summary>
    internal TokenAcquirerOptions Acquirer { get; } = new();

    /// <summary>
    /// What the builder's methods or the configuration chose: its description for errors, and how the credential is made.
    /// </summary>
    internal (string Description, Func<CredentialDependencies, Credential> Create)? Plan { get; set; }

    /// <summary>The plan carried out: validating it is building it, and it is built once.</summary>
    internal Credential? Planned { get; set; }

    /// <summary>What was wrong with the configuration, each naming its setting.</summary>
    internal List<string> Problems { get; } = [];

    /// <summary>The configuration section this was read from; null when code says it all.</summary>
    internal string? Section { get; set; }
}

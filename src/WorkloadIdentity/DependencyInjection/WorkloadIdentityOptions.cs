using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using WorkloadIdentity;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>
/// Options of an identity that is registered with <c>AddWorkloadIdentity</c>. They are read once, when the identity is first used or the
/// host starts. The clock, the loggers, the meters and the <see cref="WorkloadEnvironment"/> are those of the container, unless they are
/// set here.
/// </summary>
public sealed class WorkloadIdentityOptions
{
    /// <summary>
    /// How the identity's credential is made, whatever its kind: the cloud, the tenants, the clients, the retries and the default chain. An
    /// option counts for the credentials that have it: <see cref="DefaultCredentialsOptions.Allow"/> for the default chain only.
    /// </summary>
    public DefaultCredentialsOptions Credentials { get; } = new();

    /// <summary>How the identity's acquirer keeps and refreshes tokens.</summary>
    public TokenAcquirerOptions Acquirer { get; } = new();

    /// <summary>
    /// Whether configuration may name an address to fetch assertions from (<c>FederatedTokenUrl</c>). Only code can set it. The default is
    /// false.
    /// </summary>
    public bool AllowAssertionUrl { get; set; }

    /// <summary>
    /// Whether configuration may name a program to run for assertions (<c>FederatedTokenCommand</c>). Only code can set it. The default is
    /// false.
    /// </summary>
    public bool AllowAssertionCommand { get; set; }

    /// <summary>
    /// Makes the credential, instead of the credential that the builder's methods or the configuration chose; null leaves it to them. It is
    /// called once, at first use. A test can replace any registered identity here.
    /// </summary>
    public Func<IServiceProvider, Credential>? CredentialFactory { get; set; }

    /// <summary>
    /// What the builder's methods or the configuration chose: its description for errors, and how the credential is made.
    /// </summary>
    internal (string Description, Func<CredentialDependencies, Credential> Create)? Plan { get; set; }

    /// <summary>The credential of the plan. Validation makes it, and it is made once.</summary>
    internal Credential? Planned { get; set; }

    /// <summary>The problems of the configuration. Each names its setting.</summary>
    internal List<string> Problems { get; } = [];

    /// <summary>The configuration section that was read; null if there is none.</summary>
    internal string? Section { get; set; }

    /// <summary>Starts from what the container has. Code and configuration then set what they state.</summary>
    internal void TakeFrom(IServiceProvider services, string identity)
    {
        var timeProvider = services.GetService<TimeProvider>() ?? TimeProvider.System;
        var loggerFactory = services.GetService<ILoggerFactory>();
        (Credentials.TimeProvider, Credentials.LoggerFactory) = (timeProvider, loggerFactory);
        Credentials.Environment = services.GetRequiredService<WorkloadEnvironment>();
        (Acquirer.TimeProvider, Acquirer.LoggerFactory) = (timeProvider, loggerFactory);
        Acquirer.MeterFactory = services.GetService<IMeterFactory>();
        Acquirer.Identity = identity;
        Acquirer.Environment = services.GetService<WorkloadEnvironment>();
    }
}

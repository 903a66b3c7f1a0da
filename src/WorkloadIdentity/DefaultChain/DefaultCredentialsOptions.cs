using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace WorkloadIdentity;

/// <summary>
/// How credentials are made: those of <see cref="DefaultCredentials"/>, and those of an identity that is registered with
/// <c>AddWorkloadIdentity</c>. Read once.
/// </summary>
public sealed class DefaultCredentialsOptions
{
    /// <summary>The variables that name the credentials, and the files that these variables name.</summary>
    public WorkloadEnvironment Environment { get; set; } = WorkloadEnvironment.FromProcess();

    /// <summary>
    /// The kinds that may be used: <c>secret</c>, <c>certificate</c>, <c>federated</c>, <c>managed-identity</c>, or that of a member that
    /// was added; all if empty. A credential of another kind fails instead of being used. If <c>WORKLOAD_IDENTITY_ALLOW</c> lists kinds
    /// too, only those in both may be used.
    /// </summary>
    public IList<string> Allow { get; private set; } = [];

    /// <summary>
    /// Credentials that are added to the chain, in the order the chain asks them, before managed identity. Packages add theirs with an
    /// extension method (<c>Members.AddDeveloperCredentials(…)</c>), and <see cref="DefaultCredentials.Add"/> adds an assertion source.
    /// Each kind stands there once. Empty by default.
    /// </summary>
    public IList<DefaultChainMember> Members { get; private set; } = [];

    /// <summary>The cloud of the application; null takes <c>AZURE_AUTHORITY_HOST</c>, or else <see cref="EntraCloud.Public"/>.</summary>
    public Uri? AuthorityHost { get; set; }

    /// <summary>
    /// Whether secrets and assertions may be sent to an https host that is not one of Entra's known ones. The default is false.
    /// </summary>
    public bool AllowUnknownAuthorityHost { get; set; }

    /// <summary>
    /// Tenants that requests may name besides the application's own, together with those in <c>AZURE_ADDITIONALLY_ALLOWED_TENANTS</c>;
    /// <c>*</c> allows every tenant.
    /// </summary>
    public IList<string> AdditionallyAllowedTenants { get; private set; } = [];

    /// <summary>
    /// Whether a workload with a federated token may take the identity of the machine: see
    /// <see cref="ManagedIdentityCredentialOptions.AllowNodeIdentity"/>.
    /// </summary>
    public bool AllowNodeIdentity { get; set; }

    /// <summary>
    /// Whether the federated token file is sent to the AKS cluster's proxy: see
    /// <see cref="ApplicationCredentialOptions.UseIdentityBinding"/>.
    /// </summary>
    public bool UseIdentityBinding { get; set; }

    /// <summary>The client that asks Entra: see <see cref="ApplicationCredentialOptions.HttpClient"/>.</summary>
    public HttpClient? HttpClient { get; set; }

    /// <summary>The client that asks managed identity hosts: see <see cref="ManagedIdentityCredentialOptions.HttpClient"/>.</summary>
    public HttpClient? ManagedIdentityHttpClient { get; set; }

    /// <summary>Sets up the connections for bound tokens: <see cref="ApplicationCredentialOptions.ConfigureMutualTls"/>.</summary>
    [Experimental(BoundTokens.Diagnostic)]
    public Action<SocketsHttpHandler>? ConfigureMutualTls { get; set; }

    /// <summary>The clock for lifetimes, delays and time limits.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Creates the loggers; null logs nothing.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>How transient failures are retried; null retries as each server requires.</summary>
    public RetryOptions? Retry { get; set; }

    internal ILogger Logger => LoggerFactory?.CreateLogger(Log.Category) ?? NullLogger.Instance;

    /// <summary>A copy whose lists are its own.</summary>
    internal DefaultCredentialsOptions Copy()
    {
        var copy = (DefaultCredentialsOptions)MemberwiseClone();
        copy.Allow = [.. Allow];
        copy.Members = [.. Members];
        copy.AdditionallyAllowedTenants = [.. AdditionallyAllowedTenants];
        return copy;
    }

    /// <summary>The options of an application credential at <paramref name="authority"/>.</summary>
    internal ApplicationCredentialOptions ForApplication(Uri authority)
    {
        var application = new ApplicationCredentialOptions
        {
            AuthorityHost = authority,
            AllowUnknownAuthorityHost = AllowUnknownAuthorityHost,
            HttpClient = HttpClient,
            ConfigureMutualTls = ConfigureMutualTls,
            UseIdentityBinding = UseIdentityBinding,
            TimeProvider = TimeProvider,
            Environment = Environment,
            LoggerFactory = LoggerFactory,
            Retry = Retry ?? new RetryOptions(),
        };
        foreach (var tenant in AdditionallyAllowedTenants)
        {
            application.AdditionallyAllowedTenants.Add(tenant);
        }

        return application;
    }

    /// <summary>The options of a managed identity credential.</summary>
    internal ManagedIdentityCredentialOptions ForManagedIdentity() => new()
    {
        HttpClient = ManagedIdentityHttpClient,
        TimeProvider = TimeProvider,
        Environment = Environment,
        LoggerFactory = LoggerFactory,
        Retry = Retry,
        AllowNodeIdentity = AllowNodeIdentity,
    };
}

using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace WorkloadIdentity;

/// <summary>What an <see cref="ApplicationCredential"/> works with. Read once, when the credential is constructed.</summary>
public sealed class ApplicationCredentialOptions
{
    /// <summary>
    /// Scheme and host of the cloud the application lives in: a member of <see cref="EntraCloud"/>, or a literal loopback address for
    /// tests.
    /// </summary>
    /// <value>The default is <see cref="EntraCloud.Public"/>.</value>
    public Uri AuthorityHost { get; set; } = EntraCloud.Public;

    /// <summary>
    /// Whether secrets and assertions may be sent to an https host that is not one of Entra's known ones. Set it in code, where you know
    /// that host; it is not meant to be read from configuration. The default is false.
    /// </summary>
    public bool AllowUnknownAuthorityHost { get; set; }

    /// <summary>
    /// Tenants that requests may name besides the credential's own, each as requests name it; <c>*</c> allows every tenant.
    /// For a multi-tenant credential: the only ones requests may name, all when empty.
    /// </summary>
    public IList<string> AdditionallyAllowedTenants { get; } = [];

    /// <summary>
    /// The client that asks Entra; null uses one that follows no redirect and keeps no cookie. A client set here must do the same: one that
    /// follows a redirect posts the client secret to wherever it leads. It must not be one that attaches tokens. It is not disposed.
    /// </summary>
    public HttpClient? HttpClient { get; set; }

    /// <summary>
    /// Whether to ask through the proxy of the AKS cluster that <c>AZURE_KUBERNETES_TOKEN_PROXY</c> names
    /// (<see href="https://learn.microsoft.com/azure/aks/identity-bindings-concepts">identity bindings</see>, a preview), with the
    /// projected token as <see cref="FederatedAuthentication"/>. Its certificates are those of <c>AZURE_KUBERNETES_CA_FILE</c> or
    /// <c>AZURE_KUBERNETES_CA_DATA</c> alone. Excludes <see cref="HttpClient"/>. The default is false.
    /// </summary>
    public bool UseIdentityBinding { get; set; }

    /// <summary>The clock of lifetimes, delays and time limits.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Where secret, certificate and token files are read.</summary>
    public WorkloadEnvironment Environment { get; set; } = WorkloadEnvironment.FromProcess();

    /// <summary>Where messages go; null logs nothing.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>How transient failures are retried.</summary>
    public RetryOptions Retry { get; set; } = new();

    internal ILogger Logger => LoggerFactory?.CreateLogger(Log.Category) ?? NullLogger.Instance;
}

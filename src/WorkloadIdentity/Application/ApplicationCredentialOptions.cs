using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace WorkloadIdentity;

/// <summary>The options of an <see cref="ApplicationCredential"/>. They are read once, when the credential is constructed.</summary>
public sealed class ApplicationCredentialOptions
{
    /// <summary>
    /// Scheme and host of the cloud in which the application is registered: a member of <see cref="EntraCloud"/>, or a literal loopback
    /// address for tests.
    /// </summary>
    /// <value>The default is <see cref="EntraCloud.Public"/>.</value>
    public Uri AuthorityHost { get; set; } = EntraCloud.Public;

    /// <summary>
    /// Whether secrets and assertions may be sent to an https host that is not a known host of Entra. Set it in code, for a host that you
    /// know. It is not meant to be read from configuration. The default is false.
    /// </summary>
    public bool AllowUnknownAuthorityHost { get; set; }

    /// <summary>
    /// Tenants that requests may name in addition to the credential's own, written as requests write them. <c>*</c> allows every tenant.
    /// For a multi-tenant credential these are the only tenants allowed; an empty list allows all.
    /// </summary>
    public IList<string> AdditionallyAllowedTenants { get; } = [];

    /// <summary>
    /// The user account of the agent identity whose tokens the credential gets; null gets the application's own. A request that names a
    /// user (<see cref="TokenRequest.AgentUser"/>, <see cref="TokenRequest.UserAssertion"/>) is for that one. Only an agent identity has
    /// such a user: <c>AssertionSource.FromAgentIdentityBlueprint</c>.
    /// </summary>
    public AgentUser? AgentUser { get; set; }

    /// <summary>
    /// The client that sends requests to Entra. Null uses one that follows no redirects and keeps no cookies. A client set here must do the
    /// same, because one that follows a redirect posts the client secret to the new address. It must not attach tokens. It is not disposed.
    /// </summary>
    public HttpClient? HttpClient { get; set; }

    /// <summary>
    /// Sets up the connections for bound tokens (<see cref="ClientCertificateAuthentication.BindTokens"/>): a proxy, or whom to trust.
    /// Called once for each certificate. The certificate of the connection and the refusal of redirects cannot be changed.
    /// </summary>
    [Experimental(BoundTokens.Diagnostic)]
    public Action<SocketsHttpHandler>? ConfigureMutualTls { get; set; }

    /// <summary>
    /// Whether to send token requests through the proxy of the AKS cluster that <c>AZURE_KUBERNETES_TOKEN_PROXY</c> names
    /// (<see href="https://learn.microsoft.com/azure/aks/identity-bindings-concepts">identity bindings</see>, a preview). The projected
    /// token is then the assertion (<see cref="FederatedAuthentication"/>). Only the certificates in <c>AZURE_KUBERNETES_CA_FILE</c> or
    /// <c>AZURE_KUBERNETES_CA_DATA</c> are trusted. It cannot be combined with <see cref="HttpClient"/>. The default is false.
    /// </summary>
    public bool UseIdentityBinding { get; set; }

    /// <summary>The clock of lifetimes, delays and time limits.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>The source of secret, certificate and token files.</summary>
    public WorkloadEnvironment Environment { get; set; } = WorkloadEnvironment.FromProcess();

    /// <summary>The logger; null logs nothing.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>How transient failures are retried.</summary>
    public RetryOptions Retry { get; set; } = new();

    internal ILogger Logger => LoggerFactory?.CreateLogger(Log.Category) ?? NullLogger.Instance;
}

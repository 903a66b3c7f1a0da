using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace WorkloadIdentity;

/// <summary>The options of a <see cref="ManagedIdentityCredential"/>. They are read once, when the credential is constructed.</summary>
public sealed class ManagedIdentityCredentialOptions
{
    /// <summary>
    /// The client that asks the host; null uses one that takes no proxy, follows no redirect and keeps no cookie. A client set here should
    /// do the same: what it sends may carry the host's secret. It is not disposed. On Service Fabric it is not used: there the host is
    /// known by its certificate's thumbprint, which takes a client made for that.
    /// </summary>
    public HttpClient? HttpClient { get; set; }

    /// <summary>The clock of expiries, delays and time limits.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>The variables and files that say which host this is. They are read anew for every request.</summary>
    public WorkloadEnvironment Environment { get; set; } = WorkloadEnvironment.FromProcess();

    /// <summary>The logger; null logs nothing.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>
    /// How transient failures are retried, on every host and exactly as set. Null retries as each host asks for: IMDS from one second on,
    /// for longer than the 70 seconds its own upgrade may take.
    /// </summary>
    public RetryOptions? Retry { get; set; }

    /// <summary>
    /// Whether a workload that has a federated token (<c>AZURE_FEDERATED_TOKEN_FILE</c> is set, as on Kubernetes) may take the identity of
    /// the machine it runs on. That identity is the node's: every workload on the node shares it. The default is false: such a request
    /// fails.
    /// </summary>
    public bool AllowNodeIdentity { get; set; }

    /// <summary>For tests: makes the client that accepts one certificate, from its SHA-1 thumbprint.</summary>
    internal Func<byte[], HttpClient>? PinnedClient { get; set; }

    internal HttpClient Client => HttpClient ?? Backchannel.Local;

    internal ILogger Logger => LoggerFactory?.CreateLogger(Log.Category) ?? NullLogger.Instance;

    /// <summary>A copy that nobody else can change, after its values were checked.</summary>
    internal ManagedIdentityCredentialOptions Checked()
    {
        ArgumentNullException.ThrowIfNull(TimeProvider);
        ArgumentNullException.ThrowIfNull(Environment);
        var copy = (ManagedIdentityCredentialOptions)MemberwiseClone();
        copy.Retry = Retry?.Checked();
        return copy;
    }
}

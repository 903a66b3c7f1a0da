namespace WorkloadIdentity.Yarp;

/// <summary>Which token the requests to a cluster carry.</summary>
internal sealed record ClusterToken(
    string Cluster, TokenRequest Request, Action<AccessTokenHandlerOptions>? Configure, string? Identity);

namespace WorkloadIdentity.Testing;

/// <summary>A job of a build system, or a machine of another cloud: whoever holds its token gets assertions for its subject.</summary>
internal sealed class EmulatedJob(EmulatedIssuer issuer, string subject, string? serviceConnectionId = null)
{
    public EmulatedIssuer Issuer => issuer;

    public string Subject => subject;

    /// <summary>The one service connection the job may use; null where jobs have none.</summary>
    public string? ServiceConnectionId => serviceConnectionId;

    public string Id { get; } = Guid.NewGuid().ToString("N");

    public string Token { get; } = Guid.NewGuid().ToString("N");
}

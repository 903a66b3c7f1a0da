namespace WorkloadIdentity.Testing;

/// <summary>A job of a build system, or a machine of another cloud: whoever holds its token gets assertions for its subject.</summary>
internal sealed class EmulatedJob(EmulatedIssuer issuer, string subject, string? serviceConnectionId = null, string? subjectClaim = null)
{
    public EmulatedIssuer Issuer => issuer;

    public string Subject => subject;

    /// <summary>The one service connection the job may use; null where jobs have none.</summary>
    public string? ServiceConnectionId => serviceConnectionId;

    /// <summary>The claim that the subject is; null where it is made of several.</summary>
    public string? SubjectClaim => subjectClaim;

    public string Id { get; } = Guid.NewGuid().ToString();

    public string Token { get; } = Guid.NewGuid().ToString("N");
}

namespace WorkloadIdentity.Governance;

/// <summary>
/// Keeps a record of what a service changed in a tenant, or was not allowed to change. Register one beside the log if you need it.
/// </summary>
public interface IChangeAudit
{
    /// <summary>
    /// Called once for each plan with changes, after its outcome is known, also when it was interrupted. What it throws is logged.
    /// </summary>
    /// <param name="record">What happened. It contains no secret.</param>
    /// <param name="cancellationToken">
    /// Ends it after 30 seconds. A host that stops does not end it, because the change was made.
    /// </param>
    ValueTask RecordAsync(ChangeRecord record, CancellationToken cancellationToken);
}

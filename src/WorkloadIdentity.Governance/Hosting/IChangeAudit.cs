namespace WorkloadIdentity.Governance;

/// <summary>
/// Keeps a record of what a service changed in a tenant, or was not allowed to change. Register one beside the log if you need it.
/// </summary>
public interface IChangeAudit
{
    /// <summary>Called once for each plan with changes, after its outcome is known.</summary>
    /// <param name="record">What happened. It contains no secret.</param>
    /// <param name="cancellationToken">The host stops.</param>
    ValueTask RecordAsync(ChangeRecord record, CancellationToken cancellationToken);
}

namespace WorkloadIdentity.Governance;

/// <summary>
/// Decides whether a service makes the changes of a plan. A service that changes a tenant needs one of its own: there is no default, and
/// without an approval nothing is written.
/// </summary>
public interface IChangeApproval
{
    /// <summary>Whether the changes are made now. If not, a new plan is made at the next interval, and asked for again.</summary>
    /// <param name="plan">The plan. It contains no secret.</param>
    /// <param name="cancellationToken">The host stops.</param>
    ValueTask<bool> ApproveAsync(ChangePlan plan, CancellationToken cancellationToken);
}

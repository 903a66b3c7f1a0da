namespace WorkloadIdentity.Governance;

/// <content>What is due, for a service that rotates on a schedule.</content>
public sealed partial class CredentialRotation
{
    /// <summary>
    /// The next plan of a rotation that runs by itself: to start when the credential expires soon or an earlier start was interrupted, to
    /// finish when nothing uses the old credential any more. Otherwise it is empty, and its note says what it waits for.
    /// </summary>
    /// <param name="request">What is rotated.</param>
    /// <param name="renewBefore">How long before its expiry a credential is replaced.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="ArgumentException">The request cannot be used. The message says why.</exception>
    /// <exception cref="ChangeRefusedException">It would do harm, or a policy forbids it. The message says why.</exception>
    /// <exception cref="GraphException">Graph refused, or failed at each attempt.</exception>
    /// <exception cref="IOException">The destination cannot be read.</exception>
    /// <exception cref="TokenAcquisitionException">There is no token for Graph.</exception>
    public async Task<ChangePlan> PlanNextAsync(
        RotationRequest request, TimeSpan renewBefore, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        request.Checked();
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(renewBefore, TimeSpan.Zero);
        var application = await ApplicationKeys.ReadAsync(_graph, request.Application, cancellationToken).ConfigureAwait(false);
        var (current, interrupted) = await UnderWayAsync(application, request, request.Force, cancellationToken).ConfigureAwait(false);
        if (current is null)
        {
            var next = interrupted.Count > 0 ? null : Replaced(application, request, []);
            return next?.ExpiresOn - Time.GetUtcNow() > renewBefore
                ? await WaitAsync($"The {next} is not replaced yet.").ConfigureAwait(false)
                : await PlanStartAsync(request, cancellationToken).ConfigureAwait(false);
        }

        try
        {
            return await PlanFinishAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (ChangeRefusedException exception)
        {
            return await WaitAsync(exception.Message).ConfigureAwait(false);
        }

        async Task<ChangePlan> WaitAsync(string note) =>
            new(await _graph.ActorAsync(cancellationToken).ConfigureAwait(false), application.Name, [], [note]);
    }
}

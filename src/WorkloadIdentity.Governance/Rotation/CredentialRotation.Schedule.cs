namespace WorkloadIdentity.Governance;

/// <content>What is due, for a service that rotates on a schedule.</content>
public sealed partial class CredentialRotation
{
    /// <summary>How long after the longest trial an attempt without a result counts as interrupted.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(5);

    /// <summary>
    /// The next plan of a rotation that runs by itself: to start when the credential expires soon or an earlier start was interrupted, to
    /// finish when nothing uses the old credential any more. Otherwise it is empty, and its note says what it waits for.
    /// </summary>
    /// <remarks>
    /// A rotation that could not be finished a week after its grace period is an error. An attempt of the last minutes that has no result
    /// is left alone, because another instance may still be at it.
    /// </remarks>
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
        var (current, _, interrupted) =
            await UnderWayAsync(application, request, request.Force, [], cancellationToken).ConfigureAwait(false);
        var now = Time.GetUtcNow();
        if (Young(interrupted) is { } young)
        {
            return await WaitAsync($"The {young} was added just now. Another instance may still try it.").ConfigureAwait(false);
        }

        if (current?.HasEnded(now) != false)
        {
            // After the first rotation the one to replace is what the last rotation wrote, whatever the request names.
            var held = await HeldAsync(application, request, cancellationToken).ConfigureAwait(false);
            var next = held ?? Replaced(application, request, [.. interrupted.Select(each => each.Key)]);
            return interrupted.Count == 0 && next?.ExpiresOn - now > Soonest(held, renewBefore)
                ? await WaitAsync($"The {next} is not replaced yet.").ConfigureAwait(false)
                : await PlanStartAsync(held is null ? request : request.Replacing(held.KeyId), cancellationToken).ConfigureAwait(false);
        }

        try
        {
            return await PlanFinishAsync(request.Replacing(null), cancellationToken).ConfigureAwait(false);
        }
        catch (ChangeRefusedException exception) when (exception.IsTooEarly)
        {
            return await WaitAsync(exception.Message).ConfigureAwait(false);
        }

        async Task<ChangePlan> WaitAsync(string note) =>
            new(await _graph.ActorAsync(cancellationToken).ConfigureAwait(false), application.Name, [], [note]);
    }

    /// <summary>
    /// How long before its expiry a credential is replaced: what a rotation added, not before half of its life. A policy may have shortened
    /// that, and without this bound one rotation would follow the other.
    /// </summary>
    private static TimeSpan Soonest(ApplicationKey? held, TimeSpan renewBefore) =>
        (held?.ExpiresOn - held?.StartsOn) / 2 is { } half && half < renewBefore ? half : renewBefore;
}

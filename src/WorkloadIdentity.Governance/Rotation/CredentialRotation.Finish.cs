using System.Globalization;
using System.Security.Cryptography.X509Certificates;

namespace WorkloadIdentity.Governance;

/// <content>The end of a rotation.</content>
public sealed partial class CredentialRotation
{
    /// <summary>How much longer than the grace period a rotation may wait before somebody should look at it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromDays(7);

    /// <summary>How much the clock of this machine may be ahead, where an expiry is taken for certain.</summary>
    private static readonly TimeSpan ClockDoubt = TimeSpan.FromDays(1);

    private const string Force = "or use force if you know that nothing uses the old credential";

    /// <summary>
    /// A plan that removes the old credential. It is empty if there is none to remove.
    /// </summary>
    /// <remarks>
    /// Without <see cref="RotationRequest.Force"/> it is refused until the grace period has passed and the report of sign-ins (beta) shows
    /// that the new credential was used that long after the start and after the last use of the old one.
    /// </remarks>
    /// <param name="request">The request that the rotation was begun with.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="ArgumentException">The request cannot be used. The message says why.</exception>
    /// <exception cref="ChangeRefusedException">It would do harm, or it is too early. The message says why.</exception>
    /// <exception cref="GraphException">Graph refused, or failed at each attempt.</exception>
    /// <exception cref="IOException">The destination cannot be read.</exception>
    /// <exception cref="TokenAcquisitionException">There is no token for Graph.</exception>
    public async Task<ChangePlan> PlanFinishAsync(RotationRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        request.Checked();
        var actor = await _graph.ActorAsync(cancellationToken).ConfigureAwait(false);
        var application = await ApplicationKeys.ReadAsync(_graph, request.Application, cancellationToken).ConfigureAwait(false);
        var (current, _, interrupted) =
            await UnderWayAsync(application, request, mayDiscard: false, [], cancellationToken).ConfigureAwait(false);
        if (current is null && interrupted.Count > 0)
        {
            throw new ChangeRefusedException(
                $"The rotation was interrupted before {request.Destination} was written. Start it again, then finish it.");
        }

        if (current is null)
        {
            return new ChangePlan(
                actor, application.Name, [], [$"No rotation to {request.Destination} is under way, or it was finished.", .. Elsewhere()]);
        }

        IEnumerable<string> Elsewhere() => application.All
            .Where(key => IsUnderWay(key, application, key.Rotation?.Replaces))
            .Select(key => $"One to another destination is under way, which this command does not finish: {key}.");

        var old = application.Find(current.Rotation!.Replaces)!;
        if (request.Replaces is { } asked && !OpenText.Same(asked, old.KeyId))
        {
            throw Another(current, asked, request);
        }

        var note = await RequireEvidenceAsync(current, old, request, cancellationToken).ConfigureAwait(false);
        RequireOther(application, old, current);
        var proof = await ProofAsync(request, application, old.Kind == CredentialKind.Certificate, cancellationToken)
            .ConfigureAwait(false);
        if (old.Kind == CredentialKind.Certificate)
        {
            RequireProof(proof, application);
        }

        return new ChangePlan(actor, application.Name, [Finish(application, current, old, request, proof)], [note]);
    }

    private PlannedChange Finish(
        ApplicationKeys application, ApplicationKey current, ApplicationKey old, RotationRequest request, X509Certificate2? proof) => new(
            $"Remove the {old}. The {current}, which is in {request.Destination}, replaces it.",
            "It cannot be undone. A removed credential cannot be added again; start another rotation.",
            async cancellationToken =>
            {
                using var turn = await RotationLock.TakeAsync(_options.LockFolder, application.ObjectId, Time, cancellationToken)
                    .ConfigureAwait(false);
                var now = await ApplicationKeys.ReadAsync(_graph, request.Application, cancellationToken).ConfigureAwait(false);
                if (now.Find(old.KeyId) is null)
                {
                    return "it was removed already";
                }

                // Somebody may have approved the plan days after it was made.
                if (!await IsHeldAsync(current, request, cancellationToken).ConfigureAwait(false))
                {
                    throw new ChangeRefusedException(
                        $"The {old} stays, because {request.Destination} was changed since the plan was made: it does not hold the "
                            + $"{current} any more. Make the plan again.");
                }

                await RequireEvidenceAsync(current, old, request, cancellationToken).ConfigureAwait(false);
                RequireOther(now, old, current);
                await _writer.RemoveAsync(now, old, proof, cancellationToken).ConfigureAwait(false);
                return null;
            });

    /// <summary>That nothing uses the old credential, in words.</summary>
    /// <exception cref="ChangeRefusedException">It is not known.</exception>
    private async Task<string> RequireEvidenceAsync(
        ApplicationKey current, ApplicationKey old, RotationRequest request, CancellationToken cancellationToken)
    {
        if (request.Force)
        {
            return "The grace period and the report of sign-ins are not looked at. Programs that still use the old credential will fail.";
        }

        if (old.HasEnded(Time.GetUtcNow() - ClockDoubt))
        {
            return "The old credential has expired, so nothing can use it. The report of sign-ins is not looked at.";
        }

        RequireGracePeriod(current, request);
        return await RequireQuietAsync(current, old, request, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>When a rotation began, by the clock of Graph too: that of the machine which began it may have been behind.</summary>
    private static DateTimeOffset Began(ApplicationKey current) =>
        current.StartsOn > current.Rotation!.StartedOn ? current.StartsOn.Value : current.Rotation.StartedOn;

    private void RequireGracePeriod(ApplicationKey current, RotationRequest request)
    {
        var earliest = Began(current) + request.GracePeriod;
        if (Time.GetUtcNow() < earliest)
        {
            throw TooEarly(
                current,
                request,
                $"The grace period has not passed: the rotation began on {Moment(Began(current))}, and the old credential "
                    + $"stays until {Moment(earliest)}. Finish it then, {Force}.");
        }
    }

    /// <summary>When the two credentials were used last, by the report of sign-ins; null for never.</summary>
    private async Task<(DateTimeOffset? Old, DateTimeOffset? New)> UsesAsync(
        ApplicationKey current, ApplicationKey old, RotationRequest request, CancellationToken cancellationToken)
    {
        DateTimeOffset? usedOld = null, usedNew = null;
        var isDated = true;
        try
        {
            await foreach (var row in _graph.ListAsync(GraphReads.CredentialUseOf(request.Application), cancellationToken)
                .ConfigureAwait(false))
            {
                isDated &= row.SignInActivity?.Latest is not null || !OpenText.Same(row.KeyId, old.KeyId);
                if (StateUse.Of(row) is { } use)
                {
                    usedOld = OpenText.Same(use.KeyId, old.KeyId) && !(use.At <= usedOld) ? use.At : usedOld;
                    usedNew = OpenText.Same(use.KeyId, current.KeyId) && !(use.At <= usedNew) ? use.At : usedNew;
                }
            }
        }
        catch (GraphException exception) when (!exception.Error.IsTransient)
        {
            throw new ChangeRefusedException(
                "The report of sign-ins cannot be read, so it is not known whether the old credential is in use. Grant AuditLog.Read.All "
                    + $"(the report needs Entra ID P1, and exists in the global cloud only), {Force}. {exception.Error.Message}",
                exception);
        }

        return isDated ? (usedOld, usedNew) : throw new ChangeRefusedException(
            $"The report of sign-ins names the old {old} without a date that can be read, so it is not known when it was used last. "
                + $"Look at the sign-ins of the application in the portal, {Force}.");
    }

    /// <summary>What the report of sign-ins proves, in words.</summary>
    private async Task<string> RequireQuietAsync(
        ApplicationKey current, ApplicationKey old, RotationRequest request, CancellationToken cancellationToken)
    {
        var (usedOld, usedNew) = await UsesAsync(current, old, request, cancellationToken).ConfigureAwait(false);
        if (usedNew is not { } used)
        {
            throw TooEarly(
                current,
                request,
                $"The report of sign-ins shows no use of the new {current} yet. It lags behind by hours, at times days. Finish later, "
                    + $"{Force}.");
        }

        var started = Began(current);
        var lag = $"The newest use in the report is of {Moment(used)}, {Hours(Time.GetUtcNow() - used)} hours ago; later ones may be "
            + "missing.";
        if (usedOld is { } last && used - last < request.GracePeriod)
        {
            throw TooEarly(
                current,
                request,
                $"The old {old} was used on {Moment(last)}. {lag} Let the programs read {request.Destination} again, and finish when the "
                    + $"old credential was not used for {Hours(request.GracePeriod)} hours, {Force}.");
        }

        // The trial at the start is a use as well. It says nothing about what happened after it.
        if (used - started < request.GracePeriod)
        {
            throw TooEarly(
                current,
                request,
                $"The report of sign-ins does not cover the grace period yet. {lag} Finish when it shows a use of the new credential after "
                    + $"{Moment(started + request.GracePeriod)}, {Force}.");
        }

        return usedOld is null
            ? $"The report of sign-ins shows no use of the old credential. {lag}"
            : $"The report of sign-ins shows the last use of the old credential on {Moment(usedOld.Value)}. {lag}";
    }

    private ChangeRefusedException TooEarly(ApplicationKey current, RotationRequest request, string message) => new(message)
    {
        IsTooEarly = Time.GetUtcNow() < Began(current) + request.GracePeriod + Patience,
    };

    private static string Hours(TimeSpan time) => time.TotalHours.ToString("0.#", CultureInfo.InvariantCulture);

    /// <summary>The last valid credential is never removed, and neither is any before its successor is valid.</summary>
    private void RequireOther(ApplicationKeys application, ApplicationKey old, ApplicationKey current)
    {
        var now = Time.GetUtcNow();
        if (application.Find(current.KeyId) is not { } successor || !successor.IsValid(now) || OpenText.Same(old.KeyId, current.KeyId))
        {
            throw new ChangeRefusedException(
                $"The {current} that replaces the old credential is not valid any more, so the old one stays. The {application.Name} has: "
                    + $"{application.List()}. Start another rotation.");
        }
    }
}

using System.Security.Cryptography.X509Certificates;

namespace WorkloadIdentity.Governance;

/// <content>What the tenant and the destination say about a rotation that was begun.</content>
public sealed partial class CredentialRotation
{
    /// <summary>A margin for the clock of Graph, which compares the life of a credential with its own time.</summary>
    private static readonly TimeSpan ClockMargin = TimeSpan.FromMinutes(10);

    /// <param name="Current">The credential that the destination holds and whose old one is still there.</param>
    /// <param name="First">The one that the destination holds if it replaces none, and none replaces it.</param>
    /// <param name="Interrupted">
    /// Those of attempts that were interrupted. They were never written, except the ones that may be in use: these are in the list only if
    /// they may be discarded.
    /// </param>
    private sealed record UnderWay(
        ApplicationKey? Current, ApplicationKey? First, IReadOnlyList<(ApplicationKey Key, bool MayBeInUse)> Interrupted);

    /// <summary>What the names of the credentials and the destination say.</summary>
    private async Task<UnderWay> UnderWayAsync(
        ApplicationKeys application, RotationRequest request, bool mayDiscard, IReadOnlyList<ApplicationKey> compromised,
        CancellationToken cancellationToken)
    {
        ApplicationKey? current = null, first = null;
        var interrupted = new List<(ApplicationKey Key, bool MayBeInUse)>();
        foreach (var credential in application.All.Where(key => key.Rotation?.Destination == request.Destination.Fingerprint
            && !compromised.Any(each => OpenText.Same(each.KeyId, key.KeyId))))
        {
            var name = credential.Rotation!;
            var isFirst = name.Replaces is null
                && !application.All.Any(key => OpenText.Same(key.Rotation?.Replaces, credential.KeyId));
            if (!isFirst && application.Find(name.Replaces) is null)
            {
                continue; // That rotation was finished.
            }

            var state = await request.Destination.FindAsync(name, credential.Kind, cancellationToken).ConfigureAwait(false);
            if (credential.HasEnded(Time.GetUtcNow()) && state != DestinationState.Held)
            {
                continue; // Nobody can use it.
            }

            if (state == DestinationState.Held)
            {
                (current, first) = isFirst ? (current, credential) : (credential, first);
            }
            else if (state == DestinationState.NeverWritten || (mayDiscard && !isFirst))
            {
                interrupted.Add((credential, MayBeInUse: state != DestinationState.NeverWritten));
            }
            else if (!isFirst)
            {
                throw new ChangeRefusedException(
                    $"A rotation to {request.Destination} was begun on {Moment(name.StartedOn)}, and it cannot be told whether programs "
                        + $"use what it added: the {credential}. Restore {request.Destination}, or start again with force, which removes "
                        + "that credential.");
            }
        }

        return new UnderWay(current, first, interrupted);
    }

    private static async Task<bool> IsHeldAsync(ApplicationKey key, RotationRequest request, CancellationToken cancellationToken) =>
        key.Rotation is { } name && name.Destination == request.Destination.Fingerprint
        && await request.Destination.FindAsync(name, key.Kind, cancellationToken).ConfigureAwait(false) == DestinationState.Held;

    /// <summary>The credential that a rotation wrote to the destination, and that is still there; null if there is none.</summary>
    internal static async Task<ApplicationKey?> HeldAsync(
        ApplicationKeys application, RotationRequest request, CancellationToken cancellationToken)
    {
        foreach (var key in application.All)
        {
            if (await IsHeldAsync(key, request, cancellationToken).ConfigureAwait(false))
            {
                return key;
            }
        }

        return null;
    }

    /// <summary>
    /// A credential that was added just now is not taken for one of an interrupted attempt, if the destination is one that other machines
    /// write to: one of them may be about to write it there.
    /// </summary>
    private void RequireOld(IReadOnlyList<(ApplicationKey Key, bool MayBeInUse)> interrupted, RotationRequest request)
    {
        if (request.Destination.IsShared && !request.Force && Young(interrupted) is { } young)
        {
            throw new ChangeRefusedException(
                $"The {young} was added just now, and another machine may be about to write it to {request.Destination}. Run the same "
                    + $"command again after {Moment(MayBeTriedUntil(young))}, or with force if no other machine rotates this application.");
        }
    }

    /// <summary>An attempt of the last minutes that has no result; null if there is none.</summary>
    private ApplicationKey? Young(IReadOnlyList<(ApplicationKey Key, bool MayBeInUse)> interrupted) =>
        interrupted.FirstOrDefault(each => Time.GetUtcNow() < MayBeTriedUntil(each.Key)).Key;

    private DateTimeOffset MayBeTriedUntil(ApplicationKey key) => key.Rotation!.StartedOn + _options.AcceptanceTimeout + Margin;

    /// <summary>Why there is nothing to start; null if there is.</summary>
    /// <exception cref="ChangeRefusedException">The rotation that is under way replaces another credential than the request.</exception>
    private string? StartedNote(ApplicationKey? current, ApplicationKey? first, RotationRequest request) =>
        current?.HasEnded(Time.GetUtcNow()) == false
            ? request.Replaces is { } asked && !OpenText.Same(asked, current.Rotation!.Replaces)
                ? throw Another(current, asked, request)
                : $"A rotation is under way: {current} was written to {request.Destination} and replaces {current.Rotation!.Replaces}. "
                + $"Finish it after {Moment(current.Rotation.StartedOn + request.GracePeriod)}."

        // The same command again, after the first credential of an application was written. It replaces none, so nothing is finished.
        : first is not null && request.Replaces is null && Time.GetUtcNow() < first.Rotation!.StartedOn + request.GracePeriod
            ? $"The first credential was added on {Moment(first.Rotation.StartedOn)} and written to {request.Destination}: {first}. "
                + $"To replace it before {Moment(first.Rotation.StartedOn + request.GracePeriod)}, name its id."
        : null;

    private static ChangeRefusedException Another(ApplicationKey current, string asked, RotationRequest request) => new(
        $"The rotation that is under way replaces the credential {current.Rotation!.Replaces}, and not {ServerText.Clean(asked, 60)}: the "
            + $"{current} is in {request.Destination}. Finish that rotation first, without the id of another credential.");

    /// <summary>Which credential is replaced; null if the application has none.</summary>
    private ApplicationKey? Replaced(ApplicationKeys application, RotationRequest request, IReadOnlyList<ApplicationKey> removed)
    {
        var now = Time.GetUtcNow();
        if (request.Replaces is null && application.All.FirstOrDefault(
            key => !removed.Contains(key) && IsUnderWay(key, application, key.Rotation?.Replaces)) is { } underWay)
        {
            throw Elsewhere(underWay);
        }

        var replaced = request.Replaces is { } keyId
            ? application.Find(keyId) ?? throw new ChangeRefusedException(
                $"The {application.Name} has no credential {keyId}. It has: {application.List()}.")
            : application.All.Where(key => key.IsValid(now) && !removed.Contains(key)).ToList() switch
            {
                [] => null,
                [var only] => only,
                var several => throw new ChangeRefusedException(
                    $"The {application.Name} has {several.Count} valid credentials, so name the one that is replaced. It has: "
                        + $"{string.Join("; ", several)}."),
            };
        return application.All.FirstOrDefault(key => !removed.Contains(key) && IsUnderWay(key, application, replaced?.KeyId)) is { } other
            ? throw Elsewhere(other)
            : replaced;
    }

    private static ChangeRefusedException Elsewhere(ApplicationKey key) => new(
        $"A rotation of the same credential to another destination is under way: {key}. Finish that one first, with its destination. If "
            + $"nobody uses what it added, remove the credential {key.KeyId} in its place.");

    /// <summary>Whether a credential was added to replace another one that is still there.</summary>
    private bool IsUnderWay(ApplicationKey key, ApplicationKeys application, string? replaced) =>
        replaced is not null && key.Rotation?.Replaces is { } old && OpenText.Same(old, replaced) && application.Find(old) is not null
        && !key.HasEnded(Time.GetUtcNow());

    /// <summary>
    /// Whether somebody else added a credential for the same purpose: to replace the same one, or as the first one for the destination,
    /// which was not there when the plan was made.
    /// </summary>
    private bool IsRival(
        ApplicationKey key, ApplicationKeys application, ApplicationKeys planned, RotationRequest request, ApplicationKey? replaced) =>
        replaced is not null
            ? IsUnderWay(key, application, replaced.KeyId)
            : key.Rotation is { Replaces: null } name && name.Destination == request.Destination.Fingerprint
                && planned.Find(key.KeyId) is null && !key.HasEnded(Time.GetUtcNow());

    private PlannedChange Removal(
        ApplicationKey credential, bool mayBeInUse, IReadOnlyList<ApplicationKey> removed, ApplicationKeys application,
        RotationRequest request, X509Certificate2? proof) => new(
            mayBeInUse
                ? $"Remove the {credential}. An earlier attempt added it, and it is not known whether it was written. Programs that use it "
                    + "will fail."
                : $"Remove the {credential}. An earlier attempt added it and was interrupted before it was written to the destination.",
            mayBeInUse ? "It cannot be undone." : "It cannot be undone, and need not be: nobody has this credential.",
            async cancellationToken =>
            {
                using var turn = await RotationLock.TakeAsync(_options.LockFolder, application.ObjectId, Time, cancellationToken)
                    .ConfigureAwait(false);
                var now = await ApplicationKeys.ReadAsync(_graph, request.Application, cancellationToken).ConfigureAwait(false);
                if (mayBeInUse)
                {
                    RequireAnother(now, credential, removed, request);
                }
                else if (await request.Destination.FindAsync(credential.Rotation!, credential.Kind, cancellationToken)
                    .ConfigureAwait(false) != DestinationState.NeverWritten)
                {
                    throw new ChangeRefusedException(
                        $"The {credential} stays, because {request.Destination} was changed since the plan was made. Make the plan again.");
                }

                await _writer.RemoveAsync(now, credential, proof, cancellationToken).ConfigureAwait(false);
                return null;
            });

    /// <summary>A credential that may be in use is removed only while the application has another valid one that stays.</summary>
    private void RequireAnother(
        ApplicationKeys application, ApplicationKey credential, IReadOnlyList<ApplicationKey> removed, RotationRequest request)
    {
        var now = Time.GetUtcNow();
        if (credential.IsValid(now)
            && !application.All.Any(key => key.IsValid(now) && !removed.Any(each => OpenText.Same(each.KeyId, key.KeyId))))
        {
            throw new ChangeRefusedException(
                $"The {credential} stays, because no other credential of the {application.Name} is valid, and programs may use this one. "
                    + $"Restore {request.Destination}, or add another credential, then start again.");
        }
    }

    private static TimeSpan Life(RotationRequest request, CredentialPolicy policy) =>
        policy.LongestLife < request.Lifetime ? policy.LongestLife.Value - ClockMargin : request.Lifetime;

    /// <summary>The certificate that proves a change of certificates. The destination is read only if such a change is made.</summary>
    private static async Task<X509Certificate2?> ProofAsync(
        RotationRequest request, ApplicationKeys application, bool changesCertificates, CancellationToken cancellationToken) =>
        request.Proof ?? (changesCertificates && application.All.Any(key => key.Kind == CredentialKind.Certificate)
            ? ProofOfPossession.Read(await request.Destination.ReadAsync(cancellationToken).ConfigureAwait(false))
            : null);

    private void RequireProof(X509Certificate2? proof, ApplicationKeys application)
    {
        if (proof is null)
        {
            throw new ChangeRefusedException(
                $"A certificate is added or removed with a proof that the caller has one of the certificates of the "
                    + $"{application.Name}, and none was given. It has: {application.List(CredentialKind.Certificate)}. "
                    + "Name its file. If the application has no certificate yet, add the first one in the portal, or rotate to a client "
                    + "secret.");
        }

        ProofOfPossession.Require(proof, application, Time.GetUtcNow());
    }
}

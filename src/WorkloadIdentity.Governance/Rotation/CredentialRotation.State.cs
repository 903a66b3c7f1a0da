using System.Security.Cryptography.X509Certificates;

namespace WorkloadIdentity.Governance;

/// <content>What the tenant and the destination say about a rotation that was begun.</content>
public sealed partial class CredentialRotation
{
    /// <summary>A margin for the clock of Graph, which compares the life of a credential with its own time.</summary>
    private static readonly TimeSpan ClockMargin = TimeSpan.FromMinutes(10);

    /// <summary>
    /// The credential that the destination holds and whose old one is still there, and those of attempts that were interrupted. Those were
    /// never written, except the ones that may be in use: they are in the list only if they may be discarded.
    /// </summary>
    private static async Task<(ApplicationKey? Current, IReadOnlyList<(ApplicationKey Key, bool MayBeInUse)> Interrupted)> UnderWayAsync(
        ApplicationKeys application, RotationRequest request, bool mayDiscard, CancellationToken cancellationToken)
    {
        ApplicationKey? current = null;
        var interrupted = new List<(ApplicationKey Key, bool MayBeInUse)>();
        foreach (var credential in application.All.Where(key => key.Rotation?.Destination == request.Destination.Fingerprint))
        {
            var name = credential.Rotation!;
            var isFirst = name.Replaces is null
                && !application.All.Any(key => OpenText.Same(key.Rotation?.Replaces, credential.KeyId));
            if (!isFirst && application.Find(name.Replaces) is null)
            {
                continue; // That rotation was finished.
            }

            var state = await request.Destination.FindAsync(name, credential.Kind, cancellationToken).ConfigureAwait(false);
            if (state == DestinationState.Held)
            {
                current = isFirst ? current : credential;
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

        return (current, interrupted);
    }

    /// <summary>Which credential is replaced; null if the application has none.</summary>
    private ApplicationKey? Replaced(ApplicationKeys application, RotationRequest request, IReadOnlyList<ApplicationKey> removed)
    {
        var now = Time.GetUtcNow();
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
            ? throw new ChangeRefusedException(
                $"A rotation of the same credential to another destination is under way: {other}. Finish that one first, with its "
                    + "destination.")
            : replaced;
    }

    /// <summary>Whether a credential was added to replace another one that is still there.</summary>
    private static bool IsUnderWay(ApplicationKey key, ApplicationKeys application, string? replaced) =>
        replaced is not null && key.Rotation?.Replaces is { } old && OpenText.Same(old, replaced) && application.Find(old) is not null;

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
                $"A certificate is added with a proof that the caller has one of the certificates of the {application.Name}, and none was "
                    + $"given. It has: {application.List(CredentialKind.Certificate)}. Name its file. If the application has no "
                    + "certificate yet, add the first one in the portal, or rotate to a client secret.");
        }

        ProofOfPossession.Require(proof, application, Time.GetUtcNow());
    }
}

using System.Security.Cryptography.X509Certificates;

namespace WorkloadIdentity.Governance;

/// <content>What the tenant and the destination say about a rotation that was begun.</content>
public sealed partial class CredentialRotation
{
    /// <summary>A margin for the clock of Graph, which compares the life of a credential with its own time.</summary>
    private static readonly TimeSpan ClockMargin = TimeSpan.FromMinutes(10);

    /// <summary>
    /// The credential that the destination holds and whose old one is still there, and those that were added for it but never written.
    /// </summary>
    private static async Task<(ApplicationKey? Current, IReadOnlyList<ApplicationKey> Unwritten)> UnderWayAsync(
        ApplicationKeys application, RotationRequest request, bool mayDiscard, CancellationToken cancellationToken)
    {
        ApplicationKey? current = null;
        var unwritten = new List<ApplicationKey>();
        foreach (var credential in application.All.Where(key => key.Rotation?.Destination == request.Destination.Fingerprint))
        {
            var name = credential.Rotation!;
            var isFirst = name.Replaces is null
                && !application.All.Any(key => OpenText.Same(key.Rotation?.Replaces ?? "", credential.KeyId));
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
                unwritten.Add(credential);
            }
            else if (!isFirst)
            {
                throw new ChangeRefusedException(
                    $"A rotation to {request.Destination} was begun on {Moment(name.StartedOn)}, and it cannot be told whether programs "
                        + $"use what it added: the {credential}. Restore {request.Destination}, or start again with force, which removes "
                        + "that credential.");
            }
        }

        return (current, unwritten);
    }

    /// <summary>Which credential is replaced; null if the application has none.</summary>
    private ApplicationKey? Replaced(ApplicationKeys application, RotationRequest request, IReadOnlyList<ApplicationKey> unwritten)
    {
        var now = Time.GetUtcNow();
        var replaced = request.Replaces is { } keyId
            ? application.Find(keyId) ?? throw new ChangeRefusedException(
                $"The {application.Name} has no credential {keyId}. It has: {application.List()}.")
            : application.All.Where(key => key.IsValid(now) && !unwritten.Contains(key)).ToList() switch
            {
                [] => null,
                [var only] => only,
                var several => throw new ChangeRefusedException(
                    $"The {application.Name} has {several.Count} valid credentials, so name the one that is replaced. It has: "
                        + $"{string.Join("; ", several)}."),
            };
        return application.All.FirstOrDefault(key => !unwritten.Contains(key) && IsUnderWay(key, application, replaced?.KeyId)) is { } other
            ? throw new ChangeRefusedException(
                $"A rotation of the same credential to another destination is under way: {other}. Finish that one first, with its "
                    + "destination.")
            : replaced;
    }

    /// <summary>Whether a credential was added to replace another one that is still there.</summary>
    private static bool IsUnderWay(ApplicationKey key, ApplicationKeys application, string? replaced) =>
        replaced is not null && key.Rotation?.Replaces is { } old && OpenText.Same(old, replaced) && application.Find(old) is not null;

    private PlannedChange Removal(ApplicationKeys application, ApplicationKey credential, X509Certificate2? proof) => new(
        $"Remove the {credential}. An earlier attempt added it and was interrupted before it was written to the destination.",
        "It cannot be undone, and need not be: nobody has this credential.",
        async cancellationToken =>
        {
            using var turn = await RotationLock.TakeAsync(_options.LockFolder, application.Id, Time, cancellationToken)
                .ConfigureAwait(false);
            await _writer.RemoveAsync(application.ClientId, credential, proof, cancellationToken).ConfigureAwait(false);
            return null;
        });

    private static TimeSpan Life(RotationRequest request, CredentialPolicy policy) =>
        policy.LongestLife < request.Lifetime ? policy.LongestLife.Value - ClockMargin : request.Lifetime;

    private static async Task<X509Certificate2?> ProofAsync(
        RotationRequest request, ApplicationKeys application, CancellationToken cancellationToken) =>
        request.Proof ?? (application.All.Any(key => key.Kind == CredentialKind.Certificate)
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

        if (ProofOfPossession.ProblemOf(proof, application, Time.GetUtcNow()) is { } problem)
        {
            throw new ChangeRefusedException($"{problem} Use the certificate that the application proves itself with now.");
        }
    }
}

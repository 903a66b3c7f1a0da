using System.Security.Cryptography.X509Certificates;

namespace WorkloadIdentity.Governance;

/// <summary>
/// Contains an identity that may be compromised, in the documented order: all of its credentials, a new credential, removal of the
/// compromised one, what it could read. See
/// <see href="https://learn.microsoft.com/entra/id-protection/concept-workload-identity-risk">workload identity risk</see>.
/// </summary>
/// <remarks>
/// It needs what a <see cref="CredentialRotation"/> needs, <c>IdentityRiskEvent.Read.All</c> for the detections (Workload ID Premium), and
/// <c>IdentityRiskyServicePrincipal.ReadWrite.All</c> to confirm or dismiss a risk. Safe for concurrent use.
/// </remarks>
/// <param name="graph">Reaches Graph. It must outlive this object, which does not dispose it.</param>
/// <param name="rotation">Adds the new credential.</param>
public sealed class IdentityContainment(GraphClient graph, CredentialRotation rotation)
{
    /// <summary>The most service principals in one request to confirm or dismiss.</summary>
    private const int MostPrincipals = 60;

    private readonly CredentialWriter _writer = new(graph);
    private readonly ContainmentNotes _notes = new(graph);

    /// <summary>
    /// A plan that contains an identity. Its notes are the inventory: credentials, detections, permissions. After a crash the plan that is
    /// made anew has what is left: it adds no second credential.
    /// </summary>
    /// <param name="request">The identity.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="ArgumentException">The new credential is for another application.</exception>
    /// <exception cref="ChangeRefusedException">The tenant does not have the identity, or it would do harm.</exception>
    /// <exception cref="GraphException">Graph refused, or failed at each attempt.</exception>
    /// <exception cref="IOException">The destination of the new credential cannot be read.</exception>
    /// <exception cref="TokenAcquisitionException">There is no token for Graph.</exception>
    public async Task<ChangePlan> PlanAsync(ContainmentRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.NewCredential is { } added && !OpenText.Same(added.Application.Value, request.Application.Value))
        {
            throw new ArgumentException(
                $"NewCredential is for the application {added.Application}, and {request.Application} is contained.", nameof(request));
        }

        var actor = await graph.ActorAsync(cancellationToken).ConfigureAwait(false);
        var owners = await OwnersAsync(request.Application, cancellationToken).ConfigureAwait(false);
        if (owners.Count == 0)
        {
            throw new ChangeRefusedException($"The tenant has neither an application nor a service principal {request.Application}.");
        }

        var notes = owners.Select(owner => $"The {owner.Name} has: {owner.List()}.").ToList();
        var principal = owners.Find(owner => !owner.IsApplication);
        IEnumerable<string> keyIds =
            request.KeyIds ?? await _notes.DetectedAsync(principal, notes, cancellationToken).ConfigureAwait(false);
        var compromised = keyIds.Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        var removed = owners.SelectMany(owner => compromised.Select(owner.Find).OfType<ApplicationKey>().Select(key => (owner, key)))
            .ToList();
        foreach (var keyId in compromised.Where(keyId => !removed.Exists(each => OpenText.Same(each.key.KeyId, keyId))))
        {
            notes.Add(
                $"The credential {ServerText.Clean(keyId, 60)} is not there any more, or it is a key that signs and proves nothing.");
        }

        List<PlannedChange> changes = [];
        if (removed.Count > 0 && request.NewCredential is { } credential)
        {
            changes.AddRange(await NewAsync(credential, removed, notes, cancellationToken).ConfigureAwait(false));
        }
        else
        {
            notes.AddRange(removed.Select(each => ContainmentNotes.Command(each.owner, each.key)));
        }

        changes.AddRange(removed.Select(each => Removal(request, each.owner, each.key)));
        await _notes.ReachAsync(principal, notes, cancellationToken).ConfigureAwait(false);
        return new ChangePlan(actor, owners[0].Name, changes, notes);
    }

    /// <summary>A plan that tells Identity Protection that service principals are compromised: their risk becomes high.</summary>
    /// <param name="principals">The service principals.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public Task<ChangePlan> PlanConfirmCompromisedAsync(
        IReadOnlyList<ServicePrincipalId> principals, CancellationToken cancellationToken = default) => DecideAsync(
            "confirmCompromised", "Confirm that they are compromised. Their risk becomes high, and policies on risk block them.",
            "Dismiss the risk.", principals, cancellationToken);

    /// <summary>A plan that dismisses the risk of service principals.</summary>
    /// <param name="principals">The service principals.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public Task<ChangePlan> PlanDismissRiskAsync(
        IReadOnlyList<ServicePrincipalId> principals, CancellationToken cancellationToken = default) => DecideAsync(
            "dismiss", "Dismiss their risk. Policies on risk no longer block them.",
            "Confirm that they are compromised.", principals, cancellationToken);

    /// <summary>Adds a credential for the programs to go on with, unless the destination has one that is not compromised.</summary>
    private async Task<IReadOnlyList<PlannedChange>> NewAsync(
        RotationRequest request, List<(ApplicationKeys Owner, ApplicationKey Key)> removed, List<string> notes,
        CancellationToken cancellationToken)
    {
        var application = await ApplicationKeys.ReadAsync(graph, request.Application, cancellationToken).ConfigureAwait(false);
        var held = await CredentialRotation.HeldAsync(application, request, cancellationToken).ConfigureAwait(false);
        if (held?.IsValid(graph.Options.TimeProvider.GetUtcNow()) == true
            && !removed.Exists(each => OpenText.Same(each.Key.KeyId, held.KeyId)))
        {
            notes.Add($"No new credential is added: the {held}, which is in {request.Destination}, is not among the compromised ones.");
            return [];
        }

        // What the destination holds may be compromised although a rotation has just written it.
        var compromised = removed.Where(each => each.Owner.IsApplication).Select(each => each.Key).ToList();
        var replaced = compromised.Find(each => OpenText.Same(each.KeyId, held?.KeyId)) ?? compromised.FirstOrDefault();
        var start = await rotation.PlanReplacingAsync(
            request.Replaces is null && replaced is not null ? request.Replacing(replaced.KeyId) : request, compromised, cancellationToken)
            .ConfigureAwait(false);
        notes.AddRange(start.Notes);
        return start.Changes;
    }

    private PlannedChange Removal(ContainmentRequest request, ApplicationKeys owner, ApplicationKey credential) => new(
        $"Remove the compromised {credential} from the {owner.Name}.",
        "It cannot be undone, and must not be.",
        async cancellationToken =>
        {
            var owners = await OwnersAsync(request.Application, cancellationToken).ConfigureAwait(false);
            if (owners.Find(each => each.Path == owner.Path) is not { } current || current.Find(credential.KeyId) is null)
            {
                return "it was removed already";
            }

            // A credential of the application proves the service principal as well, and the other way round.
            var now = graph.Options.TimeProvider.GetUtcNow();
            if (credential.IsValid(now)
                && !owners.SelectMany(each => each.All).Any(key => key.IsValid(now) && !OpenText.Same(key.KeyId, credential.KeyId)))
            {
                throw new ChangeRefusedException(
                    $"The {credential} is the last valid credential of the {owner.Name}, so it stays. Add a new one first, or disable the "
                        + "service principal.");
            }

            await _writer.RemoveAsync(
                current,
                async cancel => (await OwnersAsync(request.Application, cancel).ConfigureAwait(false)).Find(each => each.Path == owner.Path)
                    ?? current,
                credential,
                credential.Kind == CredentialKind.Certificate ? await ProofAsync(request, cancellationToken).ConfigureAwait(false) : null,
                cancellationToken).ConfigureAwait(false);
            return null;
        });

    /// <summary>The certificate that was given, or the one that the destination of the new credential holds.</summary>
    private static async Task<X509Certificate2?> ProofAsync(ContainmentRequest request, CancellationToken cancellationToken) =>
        request.Proof ?? request.NewCredential?.Proof ?? (request.NewCredential is { } credential
            ? ProofOfPossession.Read(await credential.Destination.ReadAsync(cancellationToken).ConfigureAwait(false))
            : null);

    /// <summary>The application and its service principal, as far as the tenant has them.</summary>
    private async Task<List<ApplicationKeys>> OwnersAsync(ClientId client, CancellationToken cancellationToken)
    {
        var owners = new List<ApplicationKeys>();
        if (await graph.FindAsync(GraphReads.Application(client), cancellationToken).ConfigureAwait(false) is { } application)
        {
            owners.Add(new ApplicationKeys(application));
        }

        if (await graph.FindAsync(GraphReads.ServicePrincipal(client), cancellationToken).ConfigureAwait(false) is { } principal)
        {
            owners.Add(new ApplicationKeys(principal));
        }

        return owners;
    }

    private async Task<ChangePlan> DecideAsync(
        string action, string what, string undo, IReadOnlyList<ServicePrincipalId> principals, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(principals);
        var actor = await graph.ActorAsync(cancellationToken).ConfigureAwait(false);
        return new ChangePlan(
            actor,
            $"{PlainText.Count(principals.Count, "service principal")} {string.Join(", ", principals)}".TrimEnd(),
            principals.Chunk(MostPrincipals).Select(some => new PlannedChange(
                principals.Count <= MostPrincipals ? what : $"{what} ({PlainText.Count(some.Length, "service principal")})",
                undo,
                async cancel =>
                {
                    await graph.WriteAsync(Decision(action, some), cancel).ConfigureAwait(false);
                    return null;
                })));
    }

    private static GraphWrite Decision(string action, IEnumerable<ServicePrincipalId> principals) =>
        new(HttpMethod.Post, $"v1.0/identityProtection/riskyServicePrincipals/{action}")
        {
            Group = LimitGroup.Protection,
            IsRepeatable = true,
            Body = GraphBody.Of(json =>
            {
                json.WriteStartArray("servicePrincipalIds");
                foreach (var principal in principals)
                {
                    json.WriteStringValue(principal.Value);
                }

                json.WriteEndArray();
            }),
        };
}

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
    private readonly CredentialWriter _writer = new(graph);

    /// <summary>A plan that contains an identity. Its notes are the inventory: credentials, detections, permissions.</summary>
    /// <param name="request">The identity.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="ChangeRefusedException">The tenant does not have the identity, or it would do harm.</exception>
    /// <exception cref="GraphException">Graph refused, or failed at each attempt.</exception>
    /// <exception cref="IOException">The destination of the new credential cannot be read.</exception>
    /// <exception cref="TokenAcquisitionException">There is no token for Graph.</exception>
    public async Task<ChangePlan> PlanAsync(ContainmentRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var actor = await graph.ActorAsync(cancellationToken).ConfigureAwait(false);
        var application = await ReadAsync(GraphReads.Application(request.Application), app => new ApplicationKeys(app), cancellationToken)
            .ConfigureAwait(false);
        var principal = await ReadAsync(
            GraphReads.ServicePrincipal(request.Application), each => new ApplicationKeys(each), cancellationToken).ConfigureAwait(false);
        List<ApplicationKeys> owners = [.. new[] { application, principal }.OfType<ApplicationKeys>()];
        if (owners.Count == 0)
        {
            throw new ChangeRefusedException($"The tenant has neither an application nor a service principal {request.Application}.");
        }

        var notes = owners.Select(owner => $"The {owner.Name} has: {owner.List()}.").ToList();
        var keyIds = request.KeyIds ?? await DetectedAsync(principal, notes, cancellationToken).ConfigureAwait(false);
        List<PlannedChange> changes = [];
        if (request.NewCredential is { } credential)
        {
            var start = await rotation.PlanStartAsync(credential, cancellationToken).ConfigureAwait(false);
            changes.AddRange(start.Changes);
            notes.AddRange(start.Notes);
        }

        foreach (var keyId in keyIds.Distinct(StringComparer.OrdinalIgnoreCase))
        {
            var removals = owners.Where(owner => owner.Find(keyId) is not null)
                .Select(owner => Removal(request, owner, owner.Find(keyId)!)).ToList();
            changes.AddRange(removals);
            if (removals.Count == 0)
            {
                notes.Add($"The credential {ServerText.Clean(keyId, 60)} is not there any more.");
            }
        }

        await ReachAsync(principal, notes, cancellationToken).ConfigureAwait(false);
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

    private PlannedChange Removal(ContainmentRequest request, ApplicationKeys owner, ApplicationKey credential) => new(
        $"Remove the compromised {credential} from the {owner.Name}.",
        "It cannot be undone, and must not be.",
        async cancellationToken =>
        {
            Task<ApplicationKeys> Read(CancellationToken cancel) => ReadAgainAsync(request, owner, cancel);
            var now = graph.Options.TimeProvider.GetUtcNow();
            var current = await Read(cancellationToken).ConfigureAwait(false);
            if (credential.IsValid(now) && !current.All.Any(key => key.IsValid(now) && !OpenText.Same(key.KeyId, credential.KeyId))
                && current.Find(credential.KeyId) is not null)
            {
                throw new ChangeRefusedException(
                    $"The {credential} is the last valid credential of the {owner.Name}, so it stays. Add a new one first, or disable the "
                        + "service principal.");
            }

            await _writer.RemoveAsync(current, Read, credential, request.Proof, cancellationToken).ConfigureAwait(false);
            return null;
        });

    private async Task<ApplicationKeys> ReadAgainAsync(
        ContainmentRequest request, ApplicationKeys owner, CancellationToken cancellationToken) =>
        owner.Path.StartsWith("v1.0/applications/", StringComparison.Ordinal)
            ? await ApplicationKeys.ReadAsync(graph, request.Application, cancellationToken).ConfigureAwait(false)
            : new(await graph.ReadAsync(GraphReads.ServicePrincipal(request.Application), cancellationToken).ConfigureAwait(false));

    private async Task<ApplicationKeys?> ReadAsync<T>(
        GraphRead<T> read, Func<T, ApplicationKeys> keys, CancellationToken cancellationToken)
        where T : notnull
    {
        try
        {
            return keys(await graph.ReadAsync(read, cancellationToken).ConfigureAwait(false));
        }
        catch (GraphException exception) when (exception.Error.Kind == GraphErrorKind.NotFound)
        {
            return null;
        }
    }

    /// <summary>The credentials that the risk detections name.</summary>
    private async Task<IReadOnlyList<string>> DetectedAsync(
        ApplicationKeys? principal, List<string> notes, CancellationToken cancellationToken)
    {
        var keyIds = new List<string>();
        try
        {
            if (principal is not null)
            {
                await foreach (var detection in graph.ListAsync(
                    GraphReads.RiskDetectionsOf(new ServicePrincipalId(principal.ObjectId)), cancellationToken).ConfigureAwait(false))
                {
                    keyIds.AddRange(detection.KeyIds ?? []);
                    var day = detection.DetectedDateTime is { } detected ? PlainText.Day(detected) : null;
                    notes.Add($"Identity Protection detected {detection.RiskEventType} on {day ?? "an unknown day"}.");
                }
            }

            if (keyIds.Count == 0)
            {
                notes.Add("No risk detection names a credential. Name the compromised ones by their ids, or replace all of them.");
            }
        }
        catch (GraphException exception) when (!exception.Error.IsTransient)
        {
            notes.Add(
                $"The risk detections could not be read, so name the compromised credentials by their ids. {exception.Error.Message}");
        }

        return keyIds;
    }

    /// <summary>What the identity could reach, as far as Graph knows.</summary>
    private async Task ReachAsync(ApplicationKeys? principal, List<string> notes, CancellationToken cancellationToken)
    {
        if (principal is null)
        {
            return;
        }

        var permissions = 0;
        var apis = new HashSet<ServicePrincipalId>();
        await foreach (var role in graph.ListAsync(
            GraphReads.AssignmentsOf(new ServicePrincipalId(principal.ObjectId)), cancellationToken).ConfigureAwait(false))
        {
            permissions++;
            apis.Add(role.ResourceId);
        }

        notes.Add(permissions == 0
            ? "It holds no application permission."
            : $"It holds {permissions} application permissions of the APIs {string.Join(", ", apis)}. 'wid inventory' names them.");
        notes.Add(
            "Graph does not know its roles in Azure. List them, and replace every secret that they let it read: "
                + $"az role assignment list --all --assignee {principal.ObjectId}");
    }

    private async Task<ChangePlan> DecideAsync(
        string action, string what, string undo, IReadOnlyList<ServicePrincipalId> principals, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(principals);
        var actor = await graph.ActorAsync(cancellationToken).ConfigureAwait(false);
        var write = new GraphWrite(HttpMethod.Post, $"v1.0/identityProtection/riskyServicePrincipals/{action}")
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
        return new ChangePlan(
            actor,
            $"service principals {string.Join(", ", principals)}",
            principals.Count == 0 ? [] :
            [
                new PlannedChange(what, undo, async cancel =>
                {
                    await graph.WriteAsync(write, cancel).ConfigureAwait(false);
                    return null;
                }),
            ]);
    }
}

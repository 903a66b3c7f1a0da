namespace WorkloadIdentity.Governance;

/// <summary>
/// Lets a workload act as an application without a secret: adds the federated credential that trusts it, or changes the one of that name.
/// It needs <c>Application.ReadWrite.OwnedBy</c> for applications that the acting identity owns, else <c>Application.ReadWrite.All</c>.
/// Safe for concurrent use.
/// </summary>
/// <param name="graph">The client. It is not disposed.</param>
public sealed class FederationSetup(GraphClient graph)
{
    /// <summary>Compares an application with the request. It writes nothing.</summary>
    /// <param name="request">Whom the application shall trust.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>A plan; an empty one if the application trusts the workload already.</returns>
    /// <exception cref="ChangeRefusedException">
    /// There is no such application, another federated credential has the same issuer and subject, or there is no place for one more.
    /// </exception>
    /// <exception cref="GraphException">Graph refused, or failed at each attempt.</exception>
    /// <exception cref="TokenAcquisitionException">There is no token for Graph.</exception>
    public async Task<ChangePlan> PlanAsync(FederationRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var actor = await graph.ActorAsync(cancellationToken).ConfigureAwait(false);
        var application = await ChangedApplication.ReadAsync(
            graph, GraphReads.ApplicationOf, request.Application, cancellationToken).ConfigureAwait(false);
        var existing = await ListAsync(application.Id, cancellationToken).ConfigureAwait(false);
        var wanted = Wanted(request);
        var same = existing.Find(one => one.Name == wanted.Name);
        var twin = existing.Find(one => one != same && one.Issuer == wanted.Issuer && one.Subject == wanted.Subject);
        var notes = Notes(wanted, actor.TenantId, existing.Count + (same is null ? 1 : 0)).ToList();
        if (twin is not null && same is null && IsSame(twin, wanted))
        {
            return Plan([], [$"The application trusts this issuer and subject already, by '{PlainText.Of(twin.Name)}'.", .. notes]);
        }

        if (twin is not null)
        {
            throw new ChangeRefusedException(
                $"The application has a federated credential '{PlainText.Of(twin.Name)}' with this issuer and subject already, and there "
                    + $"cannot be two. Change that one (name '{PlainText.Of(twin.Name)}'), or remove it.");
        }

        if (same is null && existing.Count >= FederationRules.MostPerIdentity)
        {
            throw new ChangeRefusedException(
                $"The application has {existing.Count} federated credentials, and {FederationRules.MostPerIdentity} is the most. Remove "
                    + "one that is not used, use an expression that covers several, or use another application.");
        }

        return Plan(same is null ? [Add(application, wanted)] : IsSame(same, wanted) ? [] : [Change(application, same, wanted)], notes);

        ChangePlan Plan(IReadOnlyList<PlannedChange> changes, IReadOnlyList<string> remarks) => new(
            actor, $"application '{PlainText.Of(application.DisplayName)}' (client id {application.AppId}, object id {application.Id})",
            changes, remarks);
    }

    private static bool IsSame(FederatedCredential one, FederatedCredential other) =>
        one.Issuer == other.Issuer && one.Subject == other.Subject && (one.Audiences ?? []).SequenceEqual(other.Audiences ?? [])
        && (other.Description is null || one.Description == other.Description);

    private static bool IsUnchanged(FederatedCredential one, FederatedCredential other) =>
        one.Issuer == other.Issuer && one.Subject == other.Subject
        && one.ClaimsMatchingExpression?.Value == other.ClaimsMatchingExpression?.Value
        && (one.Audiences ?? []).SequenceEqual(other.Audiences ?? []) && one.Description == other.Description;

    private PlannedChange Add(AppRegistration application, FederatedCredential wanted) => new(
        $"Add the federated credential {Words(wanted)}.",
        $"az ad app federated-credential delete --id {application.AppId} --federated-credential-id {wanted.Name}",
        async cancel =>
        {
            var path = $"v1.0/applications/{application.Id}/federatedIdentityCredentials";
            var made = await graph.WriteAsync(
                new GraphWrite(HttpMethod.Post, path) { Body = Body(wanted, withName: true) }, json => json.FederatedCredential, cancel)
                .ConfigureAwait(false);
            return $"id {made.Id}. Entra may take some minutes to know it everywhere.";
        });

    private PlannedChange Change(AppRegistration application, FederatedCredential old, FederatedCredential wanted) => new(
        $"Change the federated credential {Words(old)} to {Words(wanted, wanted.Description ?? old.Description)}.",
        $"Make it what it was: {Words(old)}.",
        async cancel =>
        {
            var current = await ListAsync(application.Id, cancel).ConfigureAwait(false);
            if (!current.Exists(one => OpenText.Same(one.Id, old.Id) && IsUnchanged(one, old)))
            {
                throw new ChangeRefusedException(
                    $"The federated credential '{PlainText.Of(old.Name)}' was changed since the plan was made. Make the plan again.");
            }

            var path = $"v1.0/applications/{application.Id}/federatedIdentityCredentials/{Uri.EscapeDataString(old.Id ?? "")}";
            await graph.WriteAsync(new GraphWrite(HttpMethod.Patch, path) { Body = Body(wanted, withName: false) }, cancel)
                .ConfigureAwait(false);
            return null;
        });

    /// <summary>What to know before it is approved: trust in more than one workload, and what no token matches.</summary>
    private IEnumerable<string> Notes(FederatedCredential wanted, string tenant, int count)
    {
        if (FederationTrust.Problem(wanted, tenant) is { } trust)
        {
            yield return $"It {trust.Words}";
        }

        if (FederationRules.Mismatch(graph.Endpoint, wanted) is { } mismatch)
        {
            yield return $"It {mismatch.Words}";
        }

        if (count >= FederationRules.Near)
        {
            yield return $"With it, the application has {count} of at most {FederationRules.MostPerIdentity} federated credentials.";
        }
    }

    private FederatedCredential Wanted(FederationRequest request) => new()
    {
        Name = request.Name,
        Issuer = request.Issuer,
        Subject = request.Subject,
        Audiences = [request.Audience ?? EntraCloud.TokenExchangeAudience(GraphCloud.AuthorityOf(graph.Endpoint))!],
        Description = request.Description,
    };

    /// <summary>All of them, with expressions, which count towards the limit too.</summary>
    private async Task<List<FederatedCredential>> ListAsync(ApplicationObjectId application, CancellationToken cancellationToken)
    {
        var all = new List<FederatedCredential>();
        await foreach (var one in graph.ListAsync(GraphReads.FederationsOf(application, isBeta: true), cancellationToken)
            .ConfigureAwait(false))
        {
            all.Add(one);
        }

        return all;
    }

    private static string Words(FederatedCredential federation) => Words(federation, federation.Description);

    private static string Words(FederatedCredential federation, string? description) =>
        $"'{PlainText.Of(federation.Name)}' (issuer {PlainText.Of(federation.Issuer)}, subject "
            + $"{PlainText.Of(federation.Subject ?? federation.ClaimsMatchingExpression?.Value)}, audience "
            + $"{PlainText.Of(string.Join(", ", federation.Audiences ?? []))}"
            + (description is null ? ")" : $", description '{PlainText.Of(description)}')");

    private static byte[] Body(FederatedCredential wanted, bool withName) => GraphBody.Of(json =>
    {
        if (withName)
        {
            json.WriteString("name", wanted.Name);
        }

        json.WriteString("issuer", wanted.Issuer);
        json.WriteString("subject", wanted.Subject);
        json.WriteStartArray("audiences");
        json.WriteStringValue(wanted.Audiences![0]);
        json.WriteEndArray();
        if (wanted.Description is not null)
        {
            json.WriteString("description", wanted.Description);
        }
    });
}

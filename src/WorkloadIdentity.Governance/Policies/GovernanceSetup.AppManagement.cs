using System.Text.Json;
using System.Text.Json.Nodes;

namespace WorkloadIdentity.Governance;

/// <content>App management policies: which credentials may be added to applications.</content>
public sealed partial class GovernanceSetup
{
    private static readonly Collection AppPolicies = new("v1.0/policies/appManagementPolicies", "app management policy");

    /// <summary>
    /// An app management policy for single applications: the one with this id, else the one of this name, else a new one, which is enabled
    /// unless <see cref="AppManagementPolicy.IsEnabled"/> says otherwise. It has an effect on an application when
    /// <see cref="PlanAppManagementAssignmentAsync"/> gives it to that. It needs <c>Policy.Read.All</c> and
    /// <c>Policy.ReadWrite.ApplicationConfiguration</c>.
    /// </summary>
    /// <param name="policy">
    /// What the policy shall be. What is null stays as it is. A list of restrictions replaces the whole old one; a restriction in it keeps
    /// the exemptions of the one of its type.
    /// </param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="ArgumentException">
    /// The policy has neither id nor name, or is that of the tenant, which this does not change.
    /// </exception>
    /// <exception cref="ChangeRefusedException">Several policies have the name, or none has the id.</exception>
    /// <exception cref="GraphException">Graph refused, or failed at each attempt.</exception>
    /// <exception cref="TokenAcquisitionException">There is no token for Graph.</exception>
    public async Task<ChangePlan> PlanAppManagementPolicyAsync(AppManagementPolicy policy, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(policy);
        if (policy is { Id: null, DisplayName: null or "" })
        {
            throw new ArgumentException("The policy has neither Id nor DisplayName.", nameof(policy));
        }

        if (policy.Id == Guid.Empty.ToString() || policy is not { ApplicationRestrictions: null, ServicePrincipalRestrictions: null })
        {
            throw new ArgumentException(
                "This is the policy of the whole tenant. A policy for single applications has another id, and has Restrictions.",
                nameof(policy));
        }

        var actor = await graph.ActorAsync(cancellationToken).ConfigureAwait(false);
        var existing = await FindAsync(AppPolicies, policy.Id, policy.DisplayName, cancellationToken).ConfigureAwait(false);
        var wanted = (JsonObject)JsonSerializer.SerializeToNode(policy, GraphJson.Create(new PooledText()).AppManagementPolicy)!;
        wanted.Remove("id");
        if (existing is not null)
        {
            return new ChangePlan(actor, AppPolicies.Target(null, existing), Change(AppPolicies, existing, wanted));
        }

        // Graph's default is off, and a policy that is off exempts the applications that have it: it replaces that of the tenant.
        wanted["isEnabled"] ??= true;
        wanted["description"] ??= policy.DisplayName;
        return new ChangePlan(actor, AppPolicies.Target(policy.DisplayName, null), [Create(AppPolicies, wanted)]);
    }

    /// <summary>
    /// Gives an application an app management policy of its own, in place of the one it has, or none. It needs
    /// <c>Application.Read.All</c>, <c>Policy.Read.All</c> and <c>Policy.ReadWrite.ApplicationConfiguration</c>.
    /// </summary>
    /// <param name="application">The client id of the application.</param>
    /// <param name="policyId">The id of the policy; null for none, so that the policy of the tenant applies.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="ChangeRefusedException">There is no such application, or no such policy.</exception>
    /// <exception cref="GraphException">Graph refused, or failed at each attempt.</exception>
    /// <exception cref="TokenAcquisitionException">There is no token for Graph.</exception>
    public async Task<ChangePlan> PlanAppManagementAssignmentAsync(
        ClientId application, string? policyId, CancellationToken cancellationToken = default)
    {
        var actor = await graph.ActorAsync(cancellationToken).ConfigureAwait(false);
        var registration = await ChangedApplication.ReadAsync(graph, GraphReads.ApplicationOf, application, cancellationToken)
            .ConfigureAwait(false);
        var wanted = policyId is null ? null : await ReadAsync(AppPolicies, policyId, cancellationToken).ConfigureAwait(false);
        var assigned = await AssignedAsync(registration.Id, cancellationToken).ConfigureAwait(false);
        List<string?> planned = [.. assigned.Select(policy => policy.Id), policyId];
        List<PlannedChange> changes =
        [
            .. assigned.Where(other => !OpenText.Same(other.Id, policyId)).Select(other => Unassign(registration, planned, other)),
        ];
        if (wanted is not null && !assigned.Exists(other => OpenText.Same(other.Id, policyId)))
        {
            changes.Add(Assign(registration, planned, policyId!, wanted));
        }

        List<string> notes = wanted is null
            ? []
            : ["A policy of its own replaces that of the tenant: no restriction of the tenant's applies."];
        if (wanted is not null && DesiredJson.Text(wanted["isEnabled"]) != "true")
        {
            notes.Add("This policy is off. It restricts nothing, and the tenant's does not apply either.");
        }

        return new ChangePlan(
            actor,
            $"application '{PlainText.Of(registration.DisplayName)}' (client id {registration.AppId}, object id {registration.Id})",
            changes, changes.Count == 0 ? [] : notes);
    }

    /// <summary>
    /// Removes an app management policy for single applications. It needs <c>Policy.Read.All</c> and
    /// <c>Policy.ReadWrite.ApplicationConfiguration</c>.
    /// </summary>
    /// <param name="policyId">The id of the policy.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="ChangeRefusedException">There is no such policy, or applications have it. The message names them.</exception>
    /// <exception cref="GraphException">Graph refused, or failed at each attempt.</exception>
    /// <exception cref="TokenAcquisitionException">There is no token for Graph.</exception>
    public async Task<ChangePlan> PlanAppManagementRemovalAsync(string policyId, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(policyId);
        var actor = await graph.ActorAsync(cancellationToken).ConfigureAwait(false);
        var existing = await ReadAsync(AppPolicies, policyId, cancellationToken).ConfigureAwait(false);
        await RequireUnassignedAsync(policyId, cancellationToken).ConfigureAwait(false);
        return new ChangePlan(actor, AppPolicies.Target(null, existing),
        [
            new PlannedChange(
                "Remove it.",
                $"Create it again, with another id: {DesiredJson.Text(DesiredJson.Content(existing))}",
                async cancel =>
                {
                    await RequireUnassignedAsync(policyId, cancel).ConfigureAwait(false);
                    await graph.WriteAsync(new GraphWrite(HttpMethod.Delete, AppPolicies.PathOf(policyId)), cancel).ConfigureAwait(false);
                    return null;
                }),
        ]);
    }

    private async Task RequireUnassignedAsync(string policyId, CancellationToken cancellationToken)
    {
        var names = new List<string>();
        await foreach (var each in graph.ListAsync(GraphReads.AppliesTo(policyId), cancellationToken).ConfigureAwait(false))
        {
            names.Add($"'{PlainText.Of(each.DisplayName)}' (object id {each.Id})");
        }

        if (names.Count > 0)
        {
            throw new ChangeRefusedException(
                $"The policy stays, because these have it: {string.Join(", ", names)}. Give them another one or none first.");
        }
    }

    private PlannedChange Assign(
        AppRegistration application, IReadOnlyList<string?> planned, string policyId, JsonObject policy) => new(
        $"Give it the policy '{PlainText.Of(DesiredJson.String(policy["displayName"]))}' (id {policyId}).",
        $"az rest --method DELETE --url {new Uri(graph.Endpoint, Path(application.Id))}/{policyId}/$ref",
        async cancel =>
        {
            var now = await ReadAsync(AppPolicies, policyId, cancel).ConfigureAwait(false);
            if (!JsonNode.DeepEquals(DesiredJson.Content(now), DesiredJson.Content(policy)))
            {
                throw Outdated(AppPolicies, DesiredJson.String(policy["displayName"]));
            }

            if (await HasAsync(application, planned, policyId, cancel).ConfigureAwait(false))
            {
                return "it has it already";
            }

            await graph.WriteAsync(
                new GraphWrite(HttpMethod.Post, $"{Path(application.Id)}/$ref")
                {
                    Body = GraphBody.Of(
                        json => json.WriteString("@odata.id", new Uri(graph.Endpoint, AppPolicies.PathOf(policyId)).AbsoluteUri)),
                },
                cancel).ConfigureAwait(false);
            return null;
        });

    private PlannedChange Unassign(AppRegistration application, IReadOnlyList<string?> planned, AppManagementPolicy policy) => new(
        $"Take the policy '{PlainText.Of(policy.DisplayName)}' (id {policy.Id}) away from it.",
        $"Give it the policy {policy.Id} again.",
        async cancel =>
        {
            if (!await HasAsync(application, planned, policy.Id, cancel).ConfigureAwait(false))
            {
                return "it does not have it any more";
            }

            await graph.WriteAsync(
                new GraphWrite(HttpMethod.Delete, $"{Path(application.Id)}/{Uri.EscapeDataString(policy.Id ?? "")}/$ref"), cancel)
                .ConfigureAwait(false);
            return null;
        });

    /// <summary>Whether an application has a policy now.</summary>
    /// <exception cref="ChangeRefusedException">It has got another one since the plan was made.</exception>
    private async Task<bool> HasAsync(
        AppRegistration application, IReadOnlyList<string?> planned, string? policyId, CancellationToken cancellationToken)
    {
        var assigned = await AssignedAsync(application.Id, cancellationToken).ConfigureAwait(false);
        return assigned.Find(now => !planned.Contains(now.Id, StringComparer.OrdinalIgnoreCase)) is { } other
            ? throw new ChangeRefusedException(
                $"The application '{PlainText.Of(application.DisplayName)}' was given the policy '{PlainText.Of(other.DisplayName)}' (id "
                    + $"{other.Id}) since the plan was made. Make the plan again.")
            : assigned.Exists(now => OpenText.Same(now.Id, policyId));
    }

    private async Task<List<AppManagementPolicy>> AssignedAsync(ApplicationObjectId application, CancellationToken cancellationToken)
    {
        var all = new List<AppManagementPolicy>();
        await foreach (var policy in graph.ListAsync(GraphReads.AppManagementPoliciesOf(application), cancellationToken)
            .ConfigureAwait(false))
        {
            all.Add(policy);
        }

        return all;
    }

    private static string Path(ApplicationObjectId application) =>
        $"v1.0/applications/{Uri.EscapeDataString(application.Value)}/appManagementPolicies";
}

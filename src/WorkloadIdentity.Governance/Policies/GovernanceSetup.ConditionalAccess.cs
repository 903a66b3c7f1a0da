using System.Text.Json;
using System.Text.Json.Nodes;

namespace WorkloadIdentity.Governance;

/// <content>Conditional Access policies.</content>
public sealed partial class GovernanceSetup
{
    private const string AllWorkloads = "ServicePrincipalsInMyTenant";

    private static readonly Collection AccessPolicies =
        new("v1.0/identity/conditionalAccess/policies", "Conditional Access policy", LimitGroup.Protection);

    /// <summary>
    /// A policy that blocks workloads: the one with this id, else the one of this name, else a new one. A new policy only reports, unless
    /// <see cref="ConditionalAccessPolicy.State"/> says otherwise, and covers all APIs. It needs
    /// <c>Policy.ReadWrite.ConditionalAccess</c>, <c>Policy.Read.All</c>, <c>Application.Read.All</c> and the licence Workload ID Premium.
    /// </summary>
    /// <param name="policy">What the policy shall be. What is null stays as it is.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="ArgumentException">The policy has neither id nor name, or asks for something else than <c>block</c>.</exception>
    /// <exception cref="ChangeRefusedException">
    /// The policy would cover nothing, several have the name, none has the id, it is about users, or an id is not that of a service
    /// principal that a policy can cover. The message says which.
    /// </exception>
    /// <exception cref="GraphException">Graph refused, or failed at each attempt.</exception>
    /// <exception cref="TokenAcquisitionException">There is no token for Graph.</exception>
    public async Task<ChangePlan> PlanConditionalAccessAsync(ConditionalAccessPolicy policy, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(policy);
        if (policy is { Id: null, DisplayName: null or "" })
        {
            throw new ArgumentException("The policy has neither Id nor DisplayName.", nameof(policy));
        }

        if (policy.GrantControls is { } grant && !(grant.BuiltInControls is [var only] && OpenText.Same(only, "block")))
        {
            throw new ArgumentException("The only grant control for workloads is block. Leave GrantControls out.", nameof(policy));
        }

        var actor = await graph.ActorAsync(cancellationToken).ConfigureAwait(false);
        var existing = await FindAsync(AccessPolicies, policy.Id, policy.DisplayName, cancellationToken).ConfigureAwait(false);
        var covered = existing?["conditions"]?["clientApplications"] as JsonObject;
        if (existing is not null && covered is null)
        {
            throw new ChangeRefusedException(
                $"The {AccessPolicies.Target(null, existing)} is about users. Choose another name for a policy about workloads.");
        }

        await RequireCoveredAsync(policy.Conditions?.ClientApplications, covered, actor, cancellationToken).ConfigureAwait(false);
        var wanted = Json(policy, isNew: existing is null);
        var changes = existing is null ? [Create(AccessPolicies, wanted)] : Change(AccessPolicies, existing, wanted);
        var isEnforced = OpenText.Same(DesiredJson.String(wanted["state"] ?? existing?["state"]), ConditionalAccessState.Enabled.Value);
        return new ChangePlan(
            actor, AccessPolicies.Target(policy.DisplayName, existing), changes,
            changes.Count > 0 && isEnforced
                ?
                [
                    "The policy blocks tokens as soon as it is written, those of the acting identity too if it covers that. In the state "
                        + $"{ConditionalAccessState.ReportOnly} it shows first what it would block.",
                ]
                : []);
    }

    /// <summary>
    /// Requires that a policy covers something, and that each id which is new in it is one that Graph knows. The id of an application in
    /// place of that of its service principal is the usual mistake.
    /// </summary>
    private async Task RequireCoveredAsync(
        ConditionalAccessClients? wanted, JsonObject? existing, GraphActor actor, CancellationToken cancellationToken)
    {
        var included = wanted?.IncludeServicePrincipals ?? Texts(existing, "includeServicePrincipals");
        if (included.Count == 0 && wanted?.ServicePrincipalFilter is null && existing?["servicePrincipalFilter"] is null)
        {
            throw new ChangeRefusedException(
                "The policy covers no workload. Set Conditions.ClientApplications.IncludeServicePrincipals: object ids, or "
                    + $"{AllWorkloads}.");
        }

        var known = Texts(existing, "includeServicePrincipals").Concat(Texts(existing, "excludeServicePrincipals")).ToList();
        foreach (var id in (wanted?.IncludeServicePrincipals ?? []).Concat(wanted?.ExcludeServicePrincipals ?? [])
            .Where(id => !OpenText.Same(id, AllWorkloads)).Except(known, StringComparer.OrdinalIgnoreCase))
        {
            var principal = await FindPrincipalAsync(id, cancellationToken).ConfigureAwait(false);
            var problem = principal is null
                    ? "is not the object id of a service principal. Use the object id of the enterprise application; the client id and the "
                        + "object id of the registration are others"
                : wanted?.IncludeServicePrincipals?.Contains(id) != true ? null
                : principal.ServicePrincipalType == ServicePrincipalType.ManagedIdentity
                    ? "is a managed identity, which no policy covers"
                : principal.AppOwnerOrganizationId is { } home && Guid.TryParseExact(actor.TenantId, "D", out _)
                    && !OpenText.Same(home, actor.TenantId)
                    ? "is an application of another tenant, which no policy covers"
                : null;
            if (problem is not null)
            {
                throw new ChangeRefusedException($"'{PlainText.Of(id)}' {problem}.");
            }
        }
    }

    private async Task<ServicePrincipal?> FindPrincipalAsync(string id, CancellationToken cancellationToken) =>
        Guid.TryParseExact(id, "D", out _)
            ? await graph.FindAsync(GraphReads.PrincipalOf(new ServicePrincipalId(id)), cancellationToken).ConfigureAwait(false)
            : null;

    private static JsonObject Json(ConditionalAccessPolicy policy, bool isNew)
    {
        var json = (JsonObject)JsonSerializer.SerializeToNode(policy, GraphJson.Create(new PooledText()).ConditionalAccessPolicy)!;
        json.Remove("id");
        if (isNew)
        {
            json["state"] ??= ConditionalAccessState.ReportOnly.Value;
            json["grantControls"] ??= new JsonObject { ["operator"] = "OR", ["builtInControls"] = new JsonArray("block") };
            json["conditions"]!["clientAppTypes"] = new JsonArray("all");
            json["conditions"]!["applications"] ??= new JsonObject { ["includeApplications"] = new JsonArray("All") };
        }

        return json;
    }

    private static List<string> Texts(JsonObject? members, string name) =>
        [.. (members?[name] as JsonArray ?? []).Select(DesiredJson.String).OfType<string>()];
}

using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>Creating and changing Conditional Access policies and access reviews, with the rules of Graph about workloads.</summary>
internal sealed class GraphPolicyRoutes(GraphTenant tenant)
{
    private const string Policies = "identity/conditionalAccess/policies";
    private const string Reviews = "identityGovernance/accessReviews/definitions";
    private const string AllWorkloads = "ServicePrincipalsInMyTenant";

    /// <summary>What Graph writes into a review itself, whatever is sent.</summary>
    private static readonly IReadOnlyList<string> OfGraph = ["id", "createdBy", "createdDateTime", "status"];

    public static IEnumerable<GraphRoute> Of(GraphTenant tenant)
    {
        var routes = new GraphPolicyRoutes(tenant);
        return
        [
            Policy("POST", Policies, routes.AddPolicy),
            Policy("PATCH", $"{Policies}/{{}}", routes.ChangePolicy),
            Policy("DELETE", $"{Policies}/{{}}", (_, keys) => Done(() => tenant.AccessPolicies.Remove(keys[0])), covers: false),
            Review("POST", Reviews, routes.AddReview),
            Review("PUT", $"{Reviews}/{{}}", routes.ReplaceReview),
            Review("DELETE", $"{Reviews}/{{}}", (_, keys) => Done(() => tenant.Reviews.Remove(keys[0]))),
        ];
    }

    /// <param name="method">The method.</param>
    /// <param name="path">The path.</param>
    /// <param name="answer">Makes the change.</param>
    /// <param name="covers">Whether the change may name applications, which must be readable then.</param>
    private static GraphRoute Policy(
        string method, string path, Func<GraphCall, IReadOnlyList<string>, GraphAnswer> answer, bool covers = true) =>
        new(path, GraphLimitGroup.Protection, GraphPermissions.ReadPolicies, (call, keys) =>
        {
            // These are needed together: the permission to write is not enough without the one to read.
            call.Caller.Require(GraphPermissions.WriteAccessPolicies);
            if (covers)
            {
                call.Caller.Require(GraphPermissions.ReadApplications);
            }

            return answer(call, keys);
        })
        {
            Method = method,
            IsChange = true,
        };

    private static GraphRoute Review(string method, string path, Func<GraphCall, IReadOnlyList<string>, GraphAnswer> answer) =>
        new(path, GraphLimitGroup.Other, GraphPermissions.WriteReviews, answer)
        {
            Method = method,
            IsChange = true,
            Licence = GraphGovernanceRoutes.ReviewLicence,
        };

    private GraphAnswer AddPolicy(GraphCall call, IReadOnlyList<string> keys)
    {
        var policy = GraphJson.Object(call.Body);
        Check(policy);
        policy["createdDateTime"] = GraphJson.Date(call.Now);
        policy["modifiedDateTime"] = null;
        return GraphAnswer.Created(tenant.AccessPolicies.Add(policy));
    }

    /// <summary>A property that is sent replaces the whole old one, <c>conditions</c> included.</summary>
    private GraphAnswer ChangePolicy(GraphCall call, IReadOnlyList<string> keys) => Done(() =>
        tenant.AccessPolicies.Change(keys[0], policy =>
        {
            foreach (var (name, value) in GraphJson.Object(call.Body).Where(property => property.Key != "id"))
            {
                policy[name] = value?.DeepClone();
            }

            Check(policy);
            policy["modifiedDateTime"] = GraphJson.Date(call.Now);
            return policy;
        }));

    private void Check(JsonObject policy)
    {
        GraphJson.Require(GraphJson.Text(policy["displayName"]) is { Length: > 0 }, "displayName is required.");
        GraphJson.Require(
            GraphJson.Text(policy["state"]) is "enabled" or "disabled" or "enabledForReportingButNotEnforced",
            "state must be enabled, disabled or enabledForReportingButNotEnforced.");
        var conditions = policy["conditions"] as JsonObject;
        GraphJson.Require(conditions?["clientAppTypes"] is JsonArray { Count: > 0 }, "conditions.clientAppTypes is required.");
        GraphJson.Require(conditions!["applications"] is JsonObject, "conditions.applications is required.");
        if (conditions["clientApplications"] is not JsonObject workloads)
        {
            GraphJson.Require(conditions["users"] is JsonObject, "conditions.users or conditions.clientApplications is required.");
            return;
        }

        if (!tenant.Options.Licences.HasFlag(EmulatedLicences.WorkloadIdPremium))
        {
            throw new GraphErrorException(
                403, "Forbidden", "Your tenant is not licensed for this feature: it needs Microsoft Entra Workload ID Premium.");
        }

        GraphJson.Require(conditions["users"] is null, "conditions.users and conditions.clientApplications exclude each other.");
        GraphJson.Require(
            policy["grantControls"]?["builtInControls"] is JsonArray { Count: 1 } controls && GraphJson.Text(controls[0]) == "block",
            "The only grant control for workloads is block.");
        GraphJson.Require(
            Ids(workloads, "includeServicePrincipals").Any() || workloads["servicePrincipalFilter"] is JsonObject,
            "conditions.clientApplications includes nothing.");
        foreach (var id in Ids(workloads, "includeServicePrincipals").Where(id => id != AllWorkloads))
        {
            GraphJson.Require(
                tenant.Directory.Principals().Find(id) is { Kind: "Application" } principal
                    && principal.HomeTenant == tenant.Directory.Tenant.Id,
                $"'{id}' is not a service principal that a policy can cover: an application of this tenant, by its object id.");
        }

        foreach (var id in Ids(workloads, "excludeServicePrincipals"))
        {
            GraphJson.Require(tenant.Directory.Principals().Find(id) is not null, $"'{id}' is not the object id of a service principal.");
        }
    }

    private GraphAnswer AddReview(GraphCall call, IReadOnlyList<string> keys)
    {
        var review = ReviewOf(call);
        review["status"] = "NotStarted";
        review["createdBy"] = new JsonObject { ["id"] = null, ["displayName"] = null, ["userPrincipalName"] = null };
        review["createdDateTime"] = GraphJson.Date(call.Now);
        review["lastModifiedDateTime"] = GraphJson.Date(call.Now);
        return GraphAnswer.Created(tenant.Reviews.Add(review));
    }

    /// <summary>A PUT replaces the whole review: what it does not name is gone.</summary>
    private GraphAnswer ReplaceReview(GraphCall call, IReadOnlyList<string> keys) => Done(() =>
        tenant.Reviews.Change(keys[0], old =>
        {
            var review = ReviewOf(call);
            foreach (var kept in OfGraph)
            {
                review[kept] = old[kept]?.DeepClone();
            }

            review["lastModifiedDateTime"] = GraphJson.Date(call.Now);
            return review;
        }));

    private static JsonObject ReviewOf(GraphCall call)
    {
        var review = GraphJson.Object(call.Body);
        GraphJson.Require(GraphJson.Text(review["displayName"]) is { Length: > 0 }, "displayName is required.");
        GraphJson.Require(
            GraphJson.Text(review["scope"]?["query"]) is not null || review["scope"]?["principalScopes"] is JsonArray,
            "scope is required.");
        var recurrence = review["settings"]?["recurrence"];
        GraphJson.Require(review["settings"] is JsonObject, "settings is required.");
        GraphJson.Require(
            recurrence is null || GraphJson.Text(recurrence["pattern"]?["type"]) is "weekly" or "absoluteMonthly",
            "settings.recurrence.pattern.type must be weekly or absoluteMonthly.");
        return review;
    }

    private static GraphAnswer Done(Action change)
    {
        change();
        return GraphAnswer.NoContent;
    }

    private static IEnumerable<string> Ids(JsonObject workloads, string name) =>
        (workloads[name] as JsonArray ?? []).Select(id => GraphJson.Text(id) ?? "");
}

using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>
/// Evaluates Conditional Access policies for the sign-in of a service principal. A policy that names no workloads never applies to one, and
/// <c>ServicePrincipalsInMyTenant</c> are those whose application is registered here and serves this tenant only.
/// </summary>
internal sealed class WhatIfAnalysis(WhatIfSignIn signIn, EmulatedTenant tenant, IEnumerable<DocumentRow> locations, string knownRisk)
{
    private readonly List<DocumentRow> _locations = [.. locations];

    public IEnumerable<JsonObject> Of(IEnumerable<DocumentRow> policies) =>
        from policy in policies
        let reason = ReasonAgainst(policy.Json)
        where reason is null || !signIn.AppliedOnly
        select Result(policy, reason);

    private static JsonObject Result(DocumentRow policy, string? reason)
    {
        var result = (JsonObject)policy.Json.DeepClone();
        result["policyApplies"] = reason is null;
        result["analysisReasons"] = reason ?? "notSet";
        return result;
    }

    /// <summary>Why a policy does not apply, in Graph's words; null when it does.</summary>
    private string? ReasonAgainst(JsonObject policy)
    {
        var conditions = (JsonObject)policy["conditions"]!;
        return (string?)policy["state"] == "disabled" ? "policyNotEnabled"
            : !Workloads(conditions["clientApplications"] as JsonObject) ? "workloadIdentities"
            : !Applications(conditions["applications"] as JsonObject) ? "application"
            : !Risk(conditions["servicePrincipalRiskLevels"] as JsonArray) ? "signInRisk"
            : conditions["locations"] is JsonObject places && !Location(places) ? signIn.Address is null && signIn.Country is null
                ? "notEnoughInformation"
                : "location"
            : null;
    }

    private bool Workloads(JsonObject? condition)
    {
        // Policies cover applications registered in this tenant for this tenant, and no managed identity.
        var principal = signIn.Principal;
        if (condition is null || principal.Kind == "ManagedIdentity" || principal.HomeTenant != tenant.Id
            || principal.SignInAudience != "AzureADMyOrg")
        {
            return false;
        }

        var isIncluded = Texts(condition, "includeServicePrincipals")
            .Any(each => each == "ServicePrincipalsInMyTenant" || each.Equals(principal.Id, StringComparison.OrdinalIgnoreCase));
        var isExcluded = Texts(condition, "excludeServicePrincipals").Contains(principal.Id, StringComparer.OrdinalIgnoreCase);
        if (condition["servicePrincipalFilter"] is JsonObject filter
            && AttributeRule.Holds((string)filter["rule"]!, signIn.Attributes) is { } holds)
        {
            isIncluded &= (string?)filter["mode"] == "include" ? holds : !holds;
        }

        return isIncluded && !isExcluded;
    }

    private bool Applications(JsonObject? condition) => condition is not null
        && (Texts(condition, "includeApplications").Contains("All")
            || Texts(condition, "includeApplications").Intersect(signIn.Applications, StringComparer.OrdinalIgnoreCase).Any())
        && !Texts(condition, "excludeApplications").Intersect(signIn.Applications, StringComparer.OrdinalIgnoreCase).Any();

    private bool Risk(JsonArray? levels) =>
        levels is null or { Count: 0 } || levels.Any(level => (string?)level == (signIn.Risk ?? knownRisk));

    private bool Location(JsonObject condition) =>
        (signIn.Address is not null || signIn.Country is not null)
        && Texts(condition, "includeLocations").Any(IsAt)
        && !Texts(condition, "excludeLocations").Any(IsAt);

    private bool IsAt(string place) => place switch
    {
        "All" => true,
        "AllTrusted" => _locations.Where(location => (bool?)location.Json["isTrusted"] == true).Any(Contains),
        _ => _locations.Find(location => location.Id.Equals(place, StringComparison.OrdinalIgnoreCase)) is { } named && Contains(named),
    };

    private bool Contains(DocumentRow location) =>
        signIn.Address is { } address && location.Json["ipRanges"] is JsonArray ranges
            && ranges.OfType<JsonObject>().Any(range => AddressRange.Contains(range, address))
        || signIn.Country is { } country && location.Json["countriesAndRegions"] is JsonArray countries
            && countries.Any(each => country.Equals((string?)each, StringComparison.OrdinalIgnoreCase));

    private static IEnumerable<string> Texts(JsonObject at, string name) =>
        at[name] is JsonArray values ? values.Select(value => (string)value!) : [];
}

using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>The Conditional Access policies of a generated directory, and the locations that they name.</summary>
internal sealed class SeededPolicies(SeededTenant tenant)
{
    public GraphRows<DocumentRow> Locations() => GraphRows<DocumentRow>.Of(tenant.Count == 0 ? [] :
    [
        Location(0, "Offices", isTrusted: true, "198.51.100.0/24", "2001:db8:1::/48"),
        Location(1, "Azure egress", isTrusted: true, "203.0.113.0/26"),
        Location(2, "Partner network", isTrusted: false, "192.0.2.0/25"),
        new(new JsonObject
        {
            ["@odata.type"] = "#microsoft.graph.countryNamedLocation",
            ["id"] = LocationId(3),
            ["displayName"] = "Countries without business",
            ["createdDateTime"] = GraphJson.Date(tenant.DaysAgo(400)),
            ["modifiedDateTime"] = GraphJson.Date(tenant.DaysAgo(300)),
            ["countriesAndRegions"] = new JsonArray("KP", "IR"),
            ["countryLookupMethod"] = "clientIpAddress",
            ["includeUnknownCountriesAndRegions"] = false,
        }),
    ]);

    public GraphRows<DocumentRow> Policies() => GraphRows<DocumentRow>.Of(tenant.Count == 0 ? [] :
    [
        Policy(0, "Block workloads outside trusted locations", "enabled",
            Workloads(["ServicePrincipalsInMyTenant"], [Principal(0), Principal(2)]), Places(["All"], ["AllTrusted"])),
        Policy(1, "Block workloads at high risk", "enabledForReportingButNotEnforced",
            Workloads(["ServicePrincipalsInMyTenant"], []), null, "high"),
        Policy(2, "Block two services in countries without business", "enabled", Workloads([Principal(0), Principal(1)], []),
            Places([LocationId(3)], [])),
        Policy(3, "Block workloads from the partner network (off)", "disabled", Workloads(["ServicePrincipalsInMyTenant"], []),
            Places([LocationId(2)], [])),
        Policy(4, "Block production workloads outside Azure", "enabled", Filtered(), Places(["All"], [LocationId(1), LocationId(0)])),
        Policy(5, "Require multifactor authentication for administrators", "enabled", null, null),
    ]);

    private string Principal(int index) => tenant.PrincipalId(Math.Min(index, tenant.Count - 1));

    private string LocationId(int number) => tenant.Ids.Id(SeededKind.Location, number);

    private DocumentRow Location(int number, string name, bool isTrusted, params IReadOnlyList<string> ranges) => new(new JsonObject
    {
        ["@odata.type"] = "#microsoft.graph.ipNamedLocation",
        ["id"] = LocationId(number),
        ["displayName"] = name,
        ["createdDateTime"] = GraphJson.Date(tenant.DaysAgo(500)),
        ["modifiedDateTime"] = GraphJson.Date(tenant.DaysAgo(200)),
        ["isTrusted"] = isTrusted,
        ["ipRanges"] = GraphJson.Array(ranges.Select(range => new JsonObject
        {
            ["@odata.type"] = $"#microsoft.graph.iPv{(range.Contains(':', StringComparison.Ordinal) ? 6 : 4)}CidrRange",
            ["cidrAddress"] = range,
        })),
    });

    private static JsonObject Places(IEnumerable<string> include, IEnumerable<string> exclude) => new()
    {
        ["includeLocations"] = GraphJson.Array(include),
        ["excludeLocations"] = GraphJson.Array(exclude),
    };

    private static JsonObject Workloads(IEnumerable<string> include, IEnumerable<string> exclude) => new()
    {
        ["includeServicePrincipals"] = GraphJson.Array(include),
        ["excludeServicePrincipals"] = GraphJson.Array(exclude),
        ["servicePrincipalFilter"] = null,
    };

    private static JsonObject Filtered()
    {
        var workloads = Workloads(["ServicePrincipalsInMyTenant"], []);
        workloads["servicePrincipalFilter"] = new JsonObject
        {
            ["mode"] = "include",
            ["rule"] = "CustomSecurityAttribute.Governance_Environment -eq \"Production\"",
        };
        return workloads;
    }

    private DocumentRow Policy(int number, string name, string state, JsonObject? workloads, JsonObject? places, string? risk = null)
    {
        var controls = new JsonObject
        {
            ["operator"] = number % 2 == 0 ? "and" : "OR",
            ["builtInControls"] = new JsonArray(workloads is null ? "mfa" : "block"),
            ["customAuthenticationFactors"] = new JsonArray(),
            ["termsOfUse"] = new JsonArray(),
        };
        return new(new JsonObject
        {
            ["id"] = tenant.Ids.Id(SeededKind.Policy, number),
            ["templateId"] = null,
            ["displayName"] = name,
            ["createdDateTime"] = GraphJson.Date(tenant.DaysAgo(300 - number)),
            ["modifiedDateTime"] = number % 2 == 0 ? null : GraphJson.Date(tenant.DaysAgo(30)),
            ["state"] = state,
            ["conditions"] = Conditions(workloads, places, risk),
            ["grantControls"] = controls,
            ["sessionControls"] = null,
        });
    }

    private static JsonObject Conditions(JsonObject? workloads, JsonObject? places, string? risk) => new()
    {
        ["clientAppTypes"] = new JsonArray("all"),
        ["servicePrincipalRiskLevels"] = risk is null ? [] : new JsonArray(risk),
        ["signInRiskLevels"] = new JsonArray(),
        ["userRiskLevels"] = new JsonArray(),
        ["insiderRiskLevels"] = null,
        ["platforms"] = null,
        ["devices"] = null,
        ["authenticationFlows"] = null,
        ["locations"] = places,
        ["applications"] = new JsonObject
        {
            ["includeApplications"] = new JsonArray("All"),
            ["excludeApplications"] = new JsonArray(),
            ["includeUserActions"] = new JsonArray(),
            ["includeAuthenticationContextClassReferences"] = new JsonArray(),
            ["applicationFilter"] = null,
        },
        ["clientApplications"] = workloads,
        ["users"] = workloads is not null ? null : new JsonObject
        {
            ["includeUsers"] = new JsonArray(),
            ["excludeUsers"] = new JsonArray(),
            ["includeRoles"] = new JsonArray("62e90394-69f5-4237-9190-012177145e10"),
        },
    };
}

using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>Identity Protection and Conditional Access.</summary>
internal static class GraphProtectionRoutes
{
    private const string Risky =
        "id appId:eq displayName:eq isEnabled isProcessing riskDetail riskLastUpdatedDateTime:eq,ge,le riskLevel:eq riskState:eq "
        + "servicePrincipalType";

    public static IEnumerable<GraphRoute> Of(GraphTenant tenant)
    {
        var risk = new SeededRisk(tenant.Directory.Seeded);
        var decisions = new RiskDecisions(risk);
        var seeded = new SeededPolicies(tenant.Directory.Seeded);
        var policies = tenant.AccessPolicies;
        var risky = tenant.Set("riskyServicePrincipals", DocumentType.Of("riskyServicePrincipal", Risky));
        var history = tenant.Set("riskyServicePrincipalHistoryItem", DocumentType.Of(
            "riskyServicePrincipalHistoryItem", $"{Risky} initiatedBy activity"));
        var detections = tenant.Set("servicePrincipalRiskDetections", DocumentType.Of(
            "servicePrincipalRiskDetection",
            "id activity activityDateTime:eq,ge,le additionalInfo appId:eq correlationId detectedDateTime:eq,ge,le detectionTimingType "
            + "ipAddress keyIds lastUpdatedDateTime location requestId:eq riskDetail riskEventType:eq riskLevel:eq riskState:eq "
            + "servicePrincipalDisplayName servicePrincipalId:eq source tokenIssuerType"));
        var access = tenant.Set("identity/conditionalAccess/policies", DocumentType.Of(
            "conditionalAccessPolicy",
            "id templateId displayName:eq createdDateTime modifiedDateTime state:eq conditions grantControls sessionControls description"));
        var locations = tenant.Set("identity/conditionalAccess/namedLocations", DocumentType.Of(
            "namedLocation",
            "id displayName:eq createdDateTime modifiedDateTime isTrusted ipRanges countriesAndRegions:any countryLookupMethod "
            + "includeUnknownCountriesAndRegions"));
        var premium = (EmulatedLicences.WorkloadIdPremium, (Func<GraphErrorException>)Unlicensed);
        return
        [
            Route("identityProtection/riskyServicePrincipals", GraphPermissions.ReadRiskyPrincipals, (call, _) =>
                risky.List(call, decisions.Principals())) with { Licence = premium },
            Route("identityProtection/riskyServicePrincipals/{}", GraphPermissions.ReadRiskyPrincipals, (call, keys) =>
                risky.Single(call, decisions.Principals(), keys[0])) with { Licence = premium },
            Decision("confirmCompromised", decisions) with { Licence = premium },
            Decision("dismiss", decisions) with { Licence = premium },
            Route("identityProtection/riskyServicePrincipals/{}/history", GraphPermissions.ReadRiskyPrincipals, (call, keys) =>
                history.List(call, risk.History(keys[0]))) with { Licence = premium },
            Route("identityProtection/servicePrincipalRiskDetections", GraphPermissions.ReadRiskDetections, (call, _) =>
                detections.List(call, risk.Detections(IsPremium(tenant)))),
            Route("identityProtection/servicePrincipalRiskDetections/{}", GraphPermissions.ReadRiskDetections, (call, keys) =>
                detections.Single(call, risk.Detections(IsPremium(tenant)), keys[0])),
            Route("identity/conditionalAccess/policies", GraphPermissions.ReadPolicies, (call, _) =>
                access.List(call, policies.Rows())),
            Route("identity/conditionalAccess/policies/{}", GraphPermissions.ReadPolicies, (call, keys) =>
                access.Single(call, policies.Rows(), keys[0])),
            Route("identity/conditionalAccess/namedLocations", GraphPermissions.ReadPolicies, (call, _) =>
                locations.List(call, seeded.Locations())),
            Route("identity/conditionalAccess/namedLocations/{}", GraphPermissions.ReadPolicies, (call, keys) =>
                locations.Single(call, seeded.Locations(), keys[0])),
            Route("identity/conditionalAccess/evaluate", GraphPermissions.Evaluate, (call, _) =>
                Evaluate(tenant, call, seeded, risk)) with { Method = "POST" },
        ];
    }

    private static GraphRoute Route(
        string path, IReadOnlyList<string> permissions, Func<GraphCall, IReadOnlyList<string>, GraphAnswer> answer) =>
        new(path, GraphLimitGroup.Protection, permissions, answer);

    private static GraphRoute Decision(string action, RiskDecisions decisions) => Route(
        $"identityProtection/riskyServicePrincipals/{action}", GraphPermissions.DecideRisk, (call, _) => decisions.Make(action, call)) with
    {
        Method = "POST",
        IsChange = true,
    };

    private static GraphAnswer Evaluate(GraphTenant tenant, GraphCall call, SeededPolicies policies, SeededRisk risk)
    {
        var signIn = WhatIfSignIn.Read(call.Body, tenant.Directory.Principals());
        var analysis = new WhatIfAnalysis(signIn, tenant.Directory.Tenant, policies.Locations().All(), risk.LevelOf(signIn.Principal.Id));
        return GraphAnswer.Ok(new JsonObject
        {
            ["@odata.context"] = $"{call.Address}$metadata#Collection(microsoft.graph.whatIfAnalysisResult)",
            ["value"] = GraphJson.Array(analysis.Of(tenant.AccessPolicies.Rows().All())),
        });
    }

    private static bool IsPremium(GraphTenant tenant) => tenant.Options.Licences.HasFlag(EmulatedLicences.WorkloadIdPremium);

    // The text of Graph's own refusal is not found in a public source.
    private static GraphErrorException Unlicensed() => new(
        403, "Forbidden", "Your tenant is not licensed for this feature: it needs Microsoft Entra Workload ID Premium.");
}

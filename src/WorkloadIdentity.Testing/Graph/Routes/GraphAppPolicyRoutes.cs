namespace WorkloadIdentity.Testing;

/// <summary>App management policies, and which application has which.</summary>
internal static class GraphAppPolicyRoutes
{
    private const string Default = "policies/defaultAppManagementPolicy";
    private const string Custom = "policies/appManagementPolicies";
    private const string Assigned = "applications/{}/appManagementPolicies";

    public static IEnumerable<GraphRoute> Of(GraphTenant tenant)
    {
        var policies = tenant.Policies;
        var set = tenant.Set(Custom, DocumentType.Of(
            "appManagementPolicy", "id deletedDateTime displayName description isEnabled restrictions"));
        var applications = new GraphSet<ApplicationRow>(
            "directoryObjects", ApplicationType.Of(tenant.Directory, tenant.Objects), tenant.Tokens);
        return
        [
            Read(Default, (_, _) => GraphAnswer.Ok(policies.Default)),
            Read(Custom, (call, _) => set.List(call, policies.Custom())),
            Read($"{Custom}/{{}}", (call, keys) => set.Single(call, policies.Custom(), keys[0])),
            Read($"{Custom}/{{}}/appliesTo", (call, keys) => applications.List(call, GraphRows<ApplicationRow>.Of(
                [.. policies.AppliesTo(keys[0]).Select(tenant.Application)]))) with { Permissions = GraphPermissions.ReadAppliesTo },
            Read(Assigned, (call, keys) => set.List(call, policies.Of(tenant.Application(keys[0])))) with
            {
                Permissions = GraphPermissions.ReadAppPolicies,
            },
            Write("PATCH", Default, (call, _) => Done(() => policies.ChangeDefault(call.Body))),
            Write("POST", Custom, (call, _) => GraphAnswer.Created(policies.Add(call.Body))),
            Write("PATCH", $"{Custom}/{{}}", (call, keys) => Done(() => policies.Change(keys[0], call.Body))),
            Write("DELETE", $"{Custom}/{{}}", (_, keys) => Done(() => policies.Remove(keys[0]))),
            Write("POST", $"{Assigned}/$ref", (call, keys) => Done(() => policies.Assign(tenant.Application(keys[0]), Reference(call)))),
            Write("DELETE", $"{Assigned}/{{}}/$ref", (_, keys) => Done(() => policies.Unassign(tenant.Application(keys[0]), keys[1]))),
        ];
    }

    private static GraphRoute Read(string path, Func<GraphCall, IReadOnlyList<string>, GraphAnswer> answer) =>
        new(path, GraphLimitGroup.Directory, GraphPermissions.ReadAppPolicies, answer);

    private static GraphRoute Write(string method, string path, Func<GraphCall, IReadOnlyList<string>, GraphAnswer> answer) =>
        new(path, GraphLimitGroup.Directory, GraphPermissions.WriteAppPolicies, answer) { Method = method, IsChange = true };

    private static GraphAnswer Done(Action change)
    {
        change();
        return GraphAnswer.NoContent;
    }

    /// <summary>The id at the end of <c>@odata.id</c>.</summary>
    private static string Reference(GraphCall call) =>
        GraphJson.Text(call.Body, "@odata.id") is { } id
            ? id.Split('/')[^1]
            : throw GraphErrorException.BadRequest("Expected '@odata.id' with the address of a policy.");
}

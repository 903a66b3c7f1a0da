using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml;

namespace WorkloadIdentity.Testing;

/// <summary>
/// The app management policies of a tenant: the default one, custom ones, and which application has which. A custom policy replaces the
/// default one. Safe for concurrent use.
/// </summary>
internal sealed class AppPolicies(SeededGovernance governance)
{
    /// <summary>What can be restricted, by the list of the restriction (CSDL, 2026-08-20).</summary>
    private static readonly IReadOnlyList<(string List, IReadOnlyList<string> Types)> Restrictions =
    [
        ("passwordCredentials",
            ["passwordAddition", "passwordLifetime", "symmetricKeyAddition", "symmetricKeyLifetime", "customPasswordAddition"]),
        ("keyCredentials", ["asymmetricKeyLifetime"]),
    ];

    private readonly Documents _custom = new(governance.AppPolicies());
    private readonly ConcurrentDictionary<string, string> _assigned = new(
        from policy in governance.AppPolicies().All()
        from application in governance.AppliesTo(policy.Id)
        select KeyValuePair.Create(application.Id, policy.Id));

    private volatile JsonObject _default = governance.DefaultPolicy();

    public JsonObject Default => (JsonObject)_default.DeepClone();

    public GraphRows<DocumentRow> Custom() => _custom.Rows();

    public GraphRows<DocumentRow> Of(ApplicationRow application) => GraphRows<DocumentRow>.Of(
        [.. Custom().All().Where(policy => policy.Id == _assigned.GetValueOrDefault(application.Id))]);

    public IReadOnlyList<string> AppliesTo(string policy) =>
        [.. _assigned.Where(each => each.Value.Equals(policy, StringComparison.OrdinalIgnoreCase)).Select(each => each.Key)];

    /// <summary>What forbids credentials of an application.</summary>
    public OwnPolicy For(ApplicationRow application) => new(
        Of(application).All().FirstOrDefault() is { } custom
            ? (bool?)custom.Json["isEnabled"] == true ? custom.Json["restrictions"] as JsonObject : null
            : (bool?)_default["isEnabled"] == true ? Default["applicationRestrictions"] as JsonObject : null,
        application.CreatedOn);

    /// <summary>Changes the default policy: what the body does not name stays.</summary>
    public void ChangeDefault(JsonElement body) => _default = Merged(Default, body);

    public JsonObject Add(JsonElement body) =>
        _custom.Add(Merged(new JsonObject { ["deletedDateTime"] = null, ["isEnabled"] = false }, body));

    /// <summary>Changes a policy: a property of the body replaces the whole old one, its lists of restrictions included.</summary>
    public void Change(string id, JsonElement body) => _custom.Change(id, policy => Merged(policy, body));

    public void Remove(string id) => _custom.Remove(id);

    /// <summary>Gives an application a policy. It can have one.</summary>
    public void Assign(ApplicationRow application, string policy)
    {
        if (!_custom.Contains(policy))
        {
            throw GraphErrorException.NotFound(policy);
        }

        if (_assigned.TryGetValue(application.Id, out var other) && other != policy && _custom.Contains(other))
        {
            throw new GraphErrorException(400, "Request_BadRequest", "A policy is assigned to the object already. It can have one.");
        }

        _assigned[application.Id] = policy;
    }

    public void Unassign(ApplicationRow application, string policy)
    {
        if (!_assigned.TryRemove(KeyValuePair.Create(application.Id, policy)))
        {
            throw GraphErrorException.NotFound(policy);
        }
    }

    private static JsonObject Merged(JsonObject policy, JsonElement body)
    {
        foreach (var (name, value) in GraphJson.Object(body).Where(property => property.Key != "id"))
        {
            policy[name] = value?.DeepClone();
        }

        GraphJson.Require(GraphJson.Text(policy["displayName"]) is { Length: > 0 }, "displayName is required.");
        foreach (var name in (string[])["restrictions", "applicationRestrictions", "servicePrincipalRestrictions"])
        {
            Check(policy[name] as JsonObject ?? []);
        }

        return policy;
    }

    private static void Check(JsonObject restrictions)
    {
        foreach (var (list, types) in Restrictions)
        {
            foreach (var item in (restrictions[list] as JsonArray ?? []).OfType<JsonObject>())
            {
                var type = GraphJson.Text(item["restrictionType"]) ?? "";
                var needsLife = type.EndsWith("Lifetime", StringComparison.Ordinal);
                GraphJson.Require(types.Contains(type), $"'{type}' is no restriction of {list}.");
                GraphJson.Require(
                    needsLife == IsDuration(GraphJson.Text(item["maxLifetime"])),
                    needsLife ? $"'{type}' needs maxLifetime, a duration such as P90D." : $"'{type}' takes no maxLifetime.");
            }
        }
    }

    private static bool IsDuration(string? text)
    {
        try
        {
            return text is not null && XmlConvert.ToTimeSpan(text) > TimeSpan.Zero;
        }
        catch (FormatException)
        {
            return false;
        }
    }
}

using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>
/// The app management policies of a tenant: the default one, custom ones, and which application has which. A custom policy replaces the
/// default one. Safe for concurrent use.
/// </summary>
internal sealed class AppPolicies(SeededGovernance governance)
{
    private readonly ConcurrentDictionary<string, JsonObject> _custom = new(
        governance.AppPolicies().All().Select(row => KeyValuePair.Create(row.Id, row.Json)));
    private readonly ConcurrentDictionary<string, string> _assigned = new(
        from policy in governance.AppPolicies().All()
        from application in governance.AppliesTo(policy.Id)
        select KeyValuePair.Create(application.Id, policy.Id));

    private volatile JsonObject _default = governance.DefaultPolicy();

    public JsonObject Default => (JsonObject)_default.DeepClone();

    public GraphRows<DocumentRow> Custom() => GraphRows<DocumentRow>.Of(
        [.. _custom.OrderBy(each => each.Key, StringComparer.Ordinal).Select(each => new DocumentRow((JsonObject)each.Value.DeepClone()))]);

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

    public JsonObject Add(JsonElement body)
    {
        var policy = Merged(new JsonObject { ["id"] = Guid.NewGuid().ToString(), ["deletedDateTime"] = null }, body);
        _custom[(string)policy["id"]!] = policy;
        return (JsonObject)policy.DeepClone();
    }

    public void Change(string id, JsonElement body)
    {
        if (!_custom.TryGetValue(id, out var policy))
        {
            throw GraphErrorException.NotFound(id);
        }

        _custom[id] = Merged((JsonObject)policy.DeepClone(), body);
    }

    public void Remove(string id)
    {
        if (!_custom.TryRemove(id, out _))
        {
            throw GraphErrorException.NotFound(id);
        }
    }

    /// <summary>Gives an application a policy. It can have one.</summary>
    public void Assign(ApplicationRow application, string policy)
    {
        if (!_custom.ContainsKey(policy))
        {
            throw GraphErrorException.NotFound(policy);
        }

        if (_assigned.TryGetValue(application.Id, out var other) && other != policy && _custom.ContainsKey(other))
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
        if (body.ValueKind != JsonValueKind.Object)
        {
            throw GraphErrorException.BadRequest("Expected a JSON object.");
        }

        foreach (var property in body.EnumerateObject().Where(property => !property.NameEquals("id")))
        {
            policy[property.Name] = JsonNode.Parse(property.Value.GetRawText());
        }

        return policy;
    }
}

using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>Documents that can be added, changed and removed. Safe for concurrent use.</summary>
/// <param name="first">The documents at the start.</param>
internal sealed class Documents(GraphRows<DocumentRow> first)
{
    private readonly Lock _gate = new();
    private readonly OrderedDictionary<string, JsonObject> _byId = new(
        first.All().Select(row => KeyValuePair.Create(row.Id, row.Json)), StringComparer.OrdinalIgnoreCase);

    public GraphRows<DocumentRow> Rows()
    {
        lock (_gate)
        {
            return GraphRows<DocumentRow>.Of([.. _byId.Values.Select(json => new DocumentRow((JsonObject)json.DeepClone()))]);
        }
    }

    public bool Contains(string id)
    {
        lock (_gate)
        {
            return _byId.ContainsKey(id);
        }
    }

    /// <summary>Adds a document under a new id.</summary>
    /// <returns>It, with the id.</returns>
    public JsonObject Add(JsonObject document)
    {
        lock (_gate)
        {
            document["id"] = Guid.NewGuid().ToString();
            _byId.Add((string)document["id"]!, document);
            return (JsonObject)document.DeepClone();
        }
    }

    /// <summary>Puts another document in the place of one. If the change throws, nothing changes.</summary>
    public void Change(string id, Func<JsonObject, JsonObject> change)
    {
        lock (_gate)
        {
            var old = _byId.GetValueOrDefault(id) ?? throw GraphErrorException.NotFound(id);
            _byId[id] = change((JsonObject)old.DeepClone());
        }
    }

    public void Remove(string id)
    {
        lock (_gate)
        {
            if (!_byId.Remove(id))
            {
                throw GraphErrorException.NotFound(id);
            }
        }
    }
}

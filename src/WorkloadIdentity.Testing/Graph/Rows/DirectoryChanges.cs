using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>
/// What was changed and deleted in the directory since it was generated, in order, for those who ask only for changes. Safe for concurrent
/// use.
/// </summary>
internal sealed class DirectoryChanges
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Entry> _byId = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string> _seen = new(StringComparer.OrdinalIgnoreCase);
    private long _last;

    /// <summary>The number of the newest change.</summary>
    public long Last
    {
        get
        {
            lock (_gate)
            {
                return _last;
            }
        }
    }

    public bool IsDeleted(string id)
    {
        lock (_gate)
        {
            return _byId.TryGetValue(id, out var entry) && entry.IsDeleted;
        }
    }

    /// <summary>The values that replace those of an object; null when there are none.</summary>
    public JsonObject? Of(string id)
    {
        lock (_gate)
        {
            return _byId.GetValueOrDefault(id)?.Values;
        }
    }

    public void Change(string set, string id, JsonObject values)
    {
        lock (_gate)
        {
            var merged = (JsonObject)(_byId.GetValueOrDefault(id)?.Values?.DeepClone() ?? new JsonObject());
            foreach (var (name, value) in values)
            {
                merged[name] = value?.DeepClone();
            }

            _byId[id] = new Entry(set, ++_last, merged, IsDeleted: false);
        }
    }

    public void Delete(string set, string id)
    {
        lock (_gate)
        {
            _byId[id] = new Entry(set, ++_last, null, IsDeleted: true);
        }
    }

    /// <summary>
    /// Notes how the emulator's own objects are now: what is new or differs is a change, and what is gone was deleted.
    /// </summary>
    public void Watch(string set, IReadOnlyList<(string Id, string State)> now)
    {
        lock (_gate)
        {
            foreach (var (id, state) in now)
            {
                if (!_seen.TryGetValue($"{set} {id}", out var known) || known != state)
                {
                    _seen[$"{set} {id}"] = state;
                    _byId[id] = new Entry(set, ++_last, _byId.GetValueOrDefault(id)?.Values, IsDeleted: false);
                }
            }

            var ids = now.Select(each => $"{set} {each.Id}").ToHashSet(StringComparer.OrdinalIgnoreCase);
            var before = _seen.Keys.Where(key => key.StartsWith($"{set} ", StringComparison.Ordinal)).ToList();
            foreach (var gone in before.Where(key => !ids.Contains(key)))
            {
                _seen.Remove(gone);
                _byId[gone[(set.Length + 1)..]] = new Entry(set, ++_last, null, IsDeleted: true);
            }
        }
    }

    /// <summary>The objects of a set that changed after a number, up to another, in order.</summary>
    public IReadOnlyList<(string Id, bool IsDeleted)> Between(string set, long after, long upTo)
    {
        lock (_gate)
        {
            return [.. _byId.Where(entry => entry.Value.Set == set && entry.Value.Number > after && entry.Value.Number <= upTo)
                .OrderBy(entry => entry.Value.Number).Select(entry => (entry.Key, entry.Value.IsDeleted))];
        }
    }

    private sealed record Entry(string Set, long Number, JsonObject? Values, bool IsDeleted);
}

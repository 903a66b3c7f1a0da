using System.Collections.Concurrent;

namespace WorkloadIdentity.Chaos;

/// <summary>Counts of what happened, and every breach of a law with what there was to see. Safe for concurrent use.</summary>
internal sealed class Tally
{
    private const int MaxDetails = 5;

    private readonly ConcurrentDictionary<string, long> _counts = new();
    private readonly ConcurrentDictionary<Law, ConcurrentQueue<string>> _breaches = new();

    public IEnumerable<KeyValuePair<string, long>> Counts => _counts.OrderBy(count => count.Key, StringComparer.Ordinal);

    public long Of(string what) => _counts.GetValueOrDefault(what);

    public void Count(string what, long by = 1) => _counts.AddOrUpdate(what, by, (_, before) => before + by);

    public void Breach(Law law, string detail)
    {
        Count($"breach {law}");
        var details = _breaches.GetOrAdd(law, _ => new());
        if (details.Count < MaxDetails)
        {
            details.Enqueue(detail);
        }
    }

    public long BreachesOf(Law law) => Of($"breach {law}");

    /// <summary>The first few, as they were seen.</summary>
    public IReadOnlyCollection<string> DetailsOf(Law law) => _breaches.TryGetValue(law, out var details) ? details : [];
}

namespace WorkloadIdentity.KeyVault;

/// <summary>One registered identity needs another one: the other one reaches the vault with its certificate or secret.</summary>
internal sealed record VaultLink(string Identity, string ReachedWith);

/// <summary>All links of one container. Links in code are known at once, links in configuration when it is read.</summary>
internal sealed class VaultLinks(IEnumerable<VaultLink> links)
{
    private readonly Lock _gate = new();
    private readonly HashSet<VaultLink> _links = [.. links];

    /// <summary>Adds a link. It is added before the identity is made, because a circle would never end.</summary>
    /// <exception cref="ArgumentException">The link closes a circle.</exception>
    public void Add(VaultLink link)
    {
        string? circle;
        lock (_gate)
        {
            _links.Add(link);
            circle = Circle(_links, link);
        }

        if (circle is not null)
        {
            throw new ArgumentException(circle);
        }
    }

    /// <summary>The circle that <paramref name="link"/> is part of, in words; null if there is none.</summary>
    public static string? Circle(IReadOnlyCollection<VaultLink> links, VaultLink link)
    {
        // Breadth first, so that the shortest circle is reported.
        var ways = new Queue<List<string>>([[link.Identity, link.ReachedWith]]);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (ways.TryDequeue(out var way))
        {
            if (way[^1] == link.Identity)
            {
                var names = string.Join(" → ", way.Select(name => name.Length == 0 ? "the default one" : $"'{name}'"));
                return $"Its key vault is reached with {(way.Count == 2
                    ? "itself"
                    : "an identity that needs this one")} ({names}). An identity cannot need its own token to prove itself. "
                    + "Register a managed or federated identity and reach the vault with it: "
                    + "services.AddWorkloadIdentity(\"vault\").UseManagedIdentity()";
            }

            if (seen.Add(way[^1]))
            {
                foreach (var next in links.Where(other => other.Identity == way[^1]))
                {
                    ways.Enqueue([.. way, next.ReachedWith]);
                }
            }
        }

        return null;
    }
}

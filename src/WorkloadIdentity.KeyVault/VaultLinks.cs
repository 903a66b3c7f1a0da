namespace WorkloadIdentity.KeyVault;

/// <summary>One registered identity's proof lies in a vault that is reached with another's tokens.</summary>
internal sealed record VaultLink(string Identity, string ReachedWith);

/// <summary>All of them in one container: those said in code are known at once, those in configuration when it is read.</summary>
internal sealed class VaultLinks(IEnumerable<VaultLink> links)
{
    private readonly Lock _gate = new();
    private readonly HashSet<VaultLink> _links = [.. links];

    /// <summary>Adds a link, before anything is made of it: an identity that is needed for its own making would never be made.</summary>
    /// <exception cref="ArgumentException">It closes a circle.</exception>
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

    /// <summary>The circle <paramref name="link"/> is part of, in words; null when there is none.</summary>
    public static string? Circle(IReadOnlyCollection<VaultLink> links, VaultLink link)
    {
        // Breadth first, remembering the way, so that the shortest circle is told.
        var ways = new Queue<List<string>>([[link.Identity, link.ReachedWith]]);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (ways.TryDequeue(out var way))
        {
            if (way[^1] == link.Identity)
            {
                var told = string.Join(" → ", way.Select(name => name.Length == 0 ? "the unnamed one" : $"'{name}'"));
                return $"Its key vault is reached with {(way.Count == 2
                    ? "itself"
                    : "an identity that needs it in turn")} ({told}). An identity cannot need its own token to prove itself: "
                    + "register another one, a managed identity or a federated one, "
                    + "services.AddWorkloadIdentity(\"vault\").UseManagedIdentity(), and reach the vault with that.";
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

using System.Security.Cryptography;
using System.Text;

namespace WorkloadIdentity.Testing;

/// <summary>
/// What the emulator was asked, in the order of arrival, for a test to assert on. Secrets, assertions and tokens are kept as SHA-256 only.
/// Safe for concurrent use; each property returns a snapshot.
/// </summary>
public sealed class EmulatorJournal
{
    /// <summary>How many entries of each kind are kept at the most; the oldest make room.</summary>
    public const int Capacity = 100_000;

    /// <summary>
    /// How much memory the entries of each kind take at the most, in bytes; the oldest make room. It is reached first when requests are
    /// longer than usual.
    /// </summary>
    public const int CapacityInBytes = 128 * 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly JournalQueue<TokenEndpointEntry> _tokenRequests = new(Capacity, CapacityInBytes);
    private readonly JournalQueue<ManagedIdentityEntry> _managedIdentityRequests = new(Capacity, CapacityInBytes);
    private readonly JournalQueue<ApiEntry> _apiRequests = new(Capacity, CapacityInBytes);
    private readonly JournalQueue<DiscoveryEntry> _discoveryRequests = new(Capacity, CapacityInBytes);
    private long _last;

    /// <summary>The newest changes, for those who watch.</summary>
    internal JournalFeed Feed { get; } = new();

    /// <summary>Those who watch.</summary>
    internal JournalReaders Readers { get; } = new();

    /// <summary>Names this journal in the ids of its changes: numbers begin again in the next process.</summary>
    internal string Run { get; } = Guid.NewGuid().ToString("N");

    /// <summary>How many entries there are.</summary>
    internal int Count
    {
        get
        {
            lock (_gate)
            {
                return _tokenRequests.Count + _managedIdentityRequests.Count + _apiRequests.Count + _discoveryRequests.Count;
            }
        }
    }

    internal EmulatorJournal()
    {
    }

    /// <summary>Requests to the token endpoints of all tenants.</summary>
    public IReadOnlyList<TokenEndpointEntry> TokenRequests => Snapshot(_tokenRequests);

    /// <summary>Requests to the managed identity endpoints.</summary>
    public IReadOnlyList<ManagedIdentityEntry> ManagedIdentityRequests => Snapshot(_managedIdentityRequests);

    /// <summary>Requests to the protected APIs.</summary>
    public IReadOnlyList<ApiEntry> ApiRequests => Snapshot(_apiRequests);

    /// <summary>Requests for discovery documents and public keys.</summary>
    public IReadOnlyList<DiscoveryEntry> DiscoveryRequests => Snapshot(_discoveryRequests);

    /// <summary>The form in which the journal keeps a secret, an assertion or a token: SHA-256 in lower-case hexadecimal.</summary>
    public static string Hash(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(value)));
    }

    /// <summary>Every entry there is, in the order of arrival, one line each: for the message of a test that fails.</summary>
    public override string ToString()
    {
        lock (_gate)
        {
            IEnumerable<JournalEntry> entries =
                [.. _tokenRequests.Entries, .. _managedIdentityRequests.Entries, .. _apiRequests.Entries, .. _discoveryRequests.Entries];
            return string.Join(Environment.NewLine, entries.OrderBy(entry => entry.Sequence));
        }
    }

    /// <summary>Forgets every entry.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _tokenRequests.Clear();
            _managedIdentityRequests.Clear();
            _apiRequests.Clear();
            _discoveryRequests.Clear();
        }

        Feed.Clear();
    }

    /// <summary>The id of a change, for a reader that comes back.</summary>
    internal string IdOf(long change) => $"{Run}.{change}";

    /// <summary>The newest entries that arrived before another one and match, newest first.</summary>
    internal IReadOnlyList<JournalEntry> Newest(long before, int most, Func<JournalEntry, bool> matches)
    {
        // Matching takes its time, and requests would wait for the lock.
        IReadOnlyList<JournalEntry>[] kinds = [TokenRequests, ManagedIdentityRequests, ApiRequests, DiscoveryRequests];
        return
        [
            .. kinds.SelectMany(kind => kind.Reverse().Where(entry => entry.Sequence < before).Where(matches).Take(most))
                .OrderByDescending(entry => entry.Sequence).Take(most),
        ];
    }

    internal void Add(JournalEntry entry)
    {
        lock (_gate)
        {
            entry.Sequence = ++_last;
            switch (entry)
            {
                case TokenEndpointEntry request:
                    _tokenRequests.Add(request);
                    break;
                case ManagedIdentityEntry request:
                    _managedIdentityRequests.Add(request);
                    break;
                case ApiEntry request:
                    _apiRequests.Add(request);
                    break;
                case DiscoveryEntry request:
                    _discoveryRequests.Add(request);
                    break;
            }
        }

        Feed.Add(entry);
    }

    /// <summary>Notes that nothing will be added to an entry any more, if the request has one.</summary>
    internal void Complete(JournalEntry? entry)
    {
        if (entry is null)
        {
            return;
        }

        lock (_gate)
        {
            switch (entry)
            {
                case TokenEndpointEntry request:
                    _tokenRequests.Recount(request);
                    break;
                case ManagedIdentityEntry request:
                    _managedIdentityRequests.Recount(request);
                    break;
                case ApiEntry request:
                    _apiRequests.Recount(request);
                    break;
                case DiscoveryEntry request:
                    _discoveryRequests.Recount(request);
                    break;
            }
        }

        Feed.Add(entry);
    }

    private T[] Snapshot<T>(JournalQueue<T> queue) where T : JournalEntry
    {
        lock (_gate)
        {
            return [.. queue.Entries];
        }
    }
}

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
    }

    private T[] Snapshot<T>(JournalQueue<T> queue) where T : JournalEntry
    {
        lock (_gate)
        {
            return [.. queue.Entries];
        }
    }
}

using System.Security.Cryptography;
using System.Text;

namespace WorkloadIdentity.Testing;

/// <summary>
/// What the emulator was asked, in the order of arrival, for a test to assert on. Secrets, assertions and tokens are kept as SHA-256 only.
/// Safe for concurrent use; each property returns a snapshot.
/// </summary>
public sealed class EmulatorJournal
{
    /// <summary>How many entries of each kind are kept; the oldest make room.</summary>
    public const int Capacity = 100_000;

    private readonly Lock _gate = new();
    private long _last;
    private readonly Queue<TokenEndpointEntry> _tokenRequests = new();
    private readonly Queue<ManagedIdentityEntry> _managedIdentityRequests = new();
    private readonly Queue<ApiEntry> _apiRequests = new();
    private readonly Queue<DiscoveryEntry> _discoveryRequests = new();

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
            return string.Join(
                Environment.NewLine,
                _tokenRequests.Concat<JournalEntry>(_managedIdentityRequests).Concat(_apiRequests).Concat(_discoveryRequests).OrderBy(entry => entry.Sequence));
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
                    Add(_tokenRequests, request);
                    break;
                case ManagedIdentityEntry request:
                    Add(_managedIdentityRequests, request);
                    break;
                case ApiEntry request:
                    Add(_apiRequests, request);
                    break;
                case DiscoveryEntry request:
                    Add(_discoveryRequests, request);
                    break;
            }
        }
    }

    private static void Add<T>(Queue<T> entries, T entry)
    {
        if (entries.Count == Capacity)
        {
            entries.Dequeue();
        }

        entries.Enqueue(entry);
    }

    private T[] Snapshot<T>(Queue<T> entries)
    {
        lock (_gate)
        {
            return [.. entries];
        }
    }
}

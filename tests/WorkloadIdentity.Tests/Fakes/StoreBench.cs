using System.Security.Cryptography;
using WorkloadIdentity.DistributedCache;

namespace WorkloadIdentity.Tests;

/// <summary>Stores over one cache, as the processes of a fleet have them.</summary>
internal sealed class StoreBench
{
    public const string Partition = "login.microsoftonline.com/tenant/client";

    public static readonly TokenRequest Request = new("api://orders/.default");

    public byte[] NamingKey { get; } = RandomNumberGenerator.GetBytes(32);

    public EncryptionKey Key { get; } = NewKey("one");

    public FakeClock Clock { get; } = new();

    public FakeCache Cache { get; } = new();

    public FakeLog Log { get; } = new();

    public static EncryptionKey NewKey(string id) => new(id, RandomNumberGenerator.GetBytes(32));

    /// <summary>A store of a process that has just started: it has seen no failure yet.</summary>
    public DistributedTokenStore Store(Action<DistributedTokenStoreOptions>? configure = null)
    {
        var options = new DistributedTokenStoreOptions
        {
            NamingKey = NamingKey,
            Protection = TokenProtection.FromKeys(Key),
            TimeProvider = Clock,
            LoggerFactory = Log,
            Lease = false,
        };
        configure?.Invoke(options);
        return new DistributedTokenStore(Cache, options);
    }

    public AccessToken NewToken(string value = "the-token", TimeSpan? lifetime = null) =>
        new(value, Clock.Now + (lifetime ?? TimeSpan.FromHours(1)));

    /// <summary>Keeps a token and gives its entry.</summary>
    public async Task<string> KeepAsync(
        AccessToken? token = null, DistributedTokenStore? store = null, string partition = Partition, TokenRequest? request = null)
    {
        var before = Cache.Entries.Keys.ToHashSet();
        await (store ?? Store()).WriteAsync(partition, request ?? Request, token ?? NewToken(), default);
        return Assert.Single(Cache.Entries.Keys, name => !before.Contains(name));
    }

    public async Task<AccessToken?> ReadAsync(
        DistributedTokenStore? store = null, string partition = Partition, TokenRequest? request = null) =>
        await (store ?? Store()).ReadAsync(partition, request ?? Request, default);
}

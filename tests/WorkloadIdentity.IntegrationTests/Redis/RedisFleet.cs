using System.Security.Cryptography;
using Microsoft.Extensions.Caching.Distributed;
using WorkloadIdentity.DistributedCache;
using WorkloadIdentity.Testing;
using WorkloadIdentity.Tests;

namespace WorkloadIdentity.IntegrationTests;

/// <summary>
/// A Redis, an emulated Entra, and acquirers of one application as its processes have them: each with a store and a connection of its own.
/// </summary>
internal sealed class RedisFleet : IAsyncDisposable
{
    private readonly List<IDisposable> _disposables = [];
    private readonly ClientAuthentication _secret;

    private RedisFleet(LocalRedis redis, EntraEmulator entra)
    {
        (Redis, Entra) = (redis, entra);
        _secret = ClientSecretAuthentication.FromValue(entra.Application.AddSecret());
    }

    public LocalRedis Redis { get; }

    public EntraEmulator Entra { get; }

    public ShiftedClock Clock { get; } = new();

    public FakeLog Log { get; } = new();

    public byte[] Key { get; } = RandomNumberGenerator.GetBytes(32);

    public int TokenRequests => Entra.Journal.TokenRequests.Count;

    public static async Task<RedisFleet> StartAsync() => new(await LocalRedis.StartAsync(), await EntraEmulator.StartAsync());

    public async Task<RedisClient> ConnectAsync()
    {
        var redis = await RedisClient.ConnectAsync(Redis.Port);
        _disposables.Add(redis);
        return redis;
    }

    /// <summary>One more process.</summary>
    public async Task<TokenAcquirer> JoinAsync(RedisClient? redis = null) => Join((redis ?? await ConnectAsync()).Cache);

    /// <summary>One more process, over a cache of any kind.</summary>
    public TokenAcquirer Join(IDistributedCache cache, TimeSpan? timeLimit = null)
    {
        var options = new DistributedTokenStoreOptions
        {
            NamingKey = Key,
            Protection = TokenProtection.FromKeys(new EncryptionKey("one", Key)),
            TimeProvider = Clock,
            LoggerFactory = Log,
        };
        options.TimeLimit = timeLimit ?? options.TimeLimit;
        var store = new DistributedTokenStore(cache, options);
        var application = Entra.Application;
        var credential =
            new ApplicationCredential(
                application.TenantId,
                application.ClientId,
                _secret,
                new ApplicationCredentialOptions { AuthorityHost = Entra.AuthorityHost });
        var acquirer = new TokenAcquirer(credential, new TokenAcquirerOptions { Store = store, LoggerFactory = Log, TimeProvider = Clock });
        _disposables.Add(acquirer);
        return acquirer;
    }

    /// <summary>Waits for a message that comes behind the call it tells of.</summary>
    public async Task UntilLoggedAsync(int id, string text = "")
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60), TimeProvider.System);
        while (!Log.Entries.Any(entry => entry.Id == id && entry.Text.Contains(text, StringComparison.Ordinal)))
        {
            Assert.False(
                patience.IsCancellationRequested, $"No message {id} with '{text}' in: {string.Join(Environment.NewLine, Log.Entries)}");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, CancellationToken.None);
        }
    }

    /// <summary>Waits until <paramref name="redis"/> has found the server again.</summary>
    public static async Task UntilConnectedAsync(RedisClient redis)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60), TimeProvider.System);
        while (true)
        {
            try
            {
                await redis.Database.PingAsync().WaitAsync(TimeSpan.FromSeconds(2), TimeProvider.System, patience.Token);
                return;
            }
            catch (Exception exception) when (exception is StackExchange.Redis.RedisException or TimeoutException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, patience.Token);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var disposable in _disposables)
        {
            disposable.Dispose();
        }

        await Redis.DisposeAsync();
        await Entra.DisposeAsync();
    }
}

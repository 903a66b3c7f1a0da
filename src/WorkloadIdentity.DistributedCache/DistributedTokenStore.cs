using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace WorkloadIdentity.DistributedCache;

/// <summary>
/// Shares tokens between the processes of a fleet through an <see cref="IDistributedCache"/>: encrypted, authenticated and bound to the
/// identity and request they were issued for. A cache that is down, slow, full or returns garbage is a miss. Safe for concurrent use.
/// </summary>
/// <remarks>
/// One store serves any number of acquirers. Nothing the cache holds is trusted: whether a token has expired is read from the decrypted
/// value, and a value that was altered, moved from another entry or written by others is not used.
/// </remarks>
public sealed class DistributedTokenStore : TokenStore
{
    private readonly LimitedCache _cache;
    private readonly FleetLease? _lease;
    private readonly TokenProtection _protection;
    private readonly byte[] _namingKey;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;

    /// <summary>A store in <paramref name="cache"/>.</summary>
    /// <param name="cache">Any implementation. It may be shared with the rest of the application, and with other applications.</param>
    /// <param name="options">At least a naming key and a protection.</param>
    /// <exception cref="ArgumentException">An option is missing or out of range.</exception>
    public DistributedTokenStore(IDistributedCache cache, DistributedTokenStoreOptions options)
    {
        ArgumentNullException.ThrowIfNull(cache);
        ArgumentNullException.ThrowIfNull(options);
        var settings = options.Checked();
        _protection = settings.Protection!;
        _namingKey = settings.NamingKey!;
        _timeProvider = settings.TimeProvider;
        _logger = settings.LoggerFactory?.CreateLogger(Log.Category) ?? NullLogger.Instance;
        _cache = new LimitedCache(cache, settings.TimeLimit, _timeProvider, _logger);
        _lease = settings.Lease ? new FleetLease(_cache, new LeaseNotes(_namingKey), _timeProvider) : null;
    }

    /// <inheritdoc/>
    /// <value>Two seconds; with a lease, what a wait for another process takes at most.</value>
    public override TimeSpan ReadTimeLimit => _lease is null ? base.ReadTimeLimit : FleetLease.LongestWait + base.ReadTimeLimit;

    /// <inheritdoc/>
    /// <returns>The token, or null when there is none that can be used, whatever the reason.</returns>
    public override async ValueTask<AccessToken?> ReadAsync(string partition, TokenRequest request, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(partition);
        ArgumentNullException.ThrowIfNull(request);
        if (!MayShare(request))
        {
            return null;
        }

        var entry = StoreEntry.Of(partition, request, _namingKey);
        var (token, answered) = await LookAsync(entry, cancellationToken).ConfigureAwait(false);
        if (token is null && answered && _lease is not null)
        {
            token = await _lease.WaitAsync(entry.Name, () => LookAsync(entry, cancellationToken), cancellationToken).ConfigureAwait(false);
        }

        Log.SecondLevelAsked(_logger, token is not null ? "it had one" : answered ? "it had none" : "it gave no answer that can be used");
        return token;
    }

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(
        string partition, TokenRequest request, AccessToken token, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(partition);
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(token);
        var now = _timeProvider.GetUtcNow();
        if (!MayShare(request))
        {
            return;
        }

        var entry = StoreEntry.Of(partition, request, _namingKey);
        var lifetime = token.ExpiresOn - now;
        var written = IsFresh(token, now)
            && token.Value.Length <= LimitedCache.LongestValue / 2
            && await _cache.WriteAsync(entry.Name, () => Protect(entry, token, now), lifetime, cancellationToken).ConfigureAwait(false);
        _lease?.End(entry.Name, withToken: written);
    }

    /// <inheritdoc/>
    /// <remarks>Processes that wait for this one's token are told to ask for themselves.</remarks>
    public override void Abandon(string partition, TokenRequest request)
    {
        ArgumentException.ThrowIfNullOrEmpty(partition);
        ArgumentNullException.ThrowIfNull(request);
        if (_lease is not null && MayShare(request))
        {
            _lease.End(StoreEntry.Of(partition, request, _namingKey).Name, withToken: false);
        }
    }

    private ValueTask<(AccessToken? Token, bool Answered)> LookAsync(StoreEntry entry, CancellationToken end) =>
        _cache.ReadAsync(entry.Name, value => Unprotect(entry, value), end);

    private byte[] Protect(StoreEntry entry, AccessToken token, DateTimeOffset now)
    {
        var plaintext = StoredToken.Write(entry, token, now);
        var value = _protection.Protect(plaintext, Encoding.ASCII.GetBytes(entry.Name));
        CryptographicOperations.ZeroMemory(plaintext);
        return value;
    }

    private AccessToken? Unprotect(StoreEntry entry, byte[] value)
    {
        var plaintext = _protection.Unprotect(value, Encoding.ASCII.GetBytes(entry.Name));
        var now = _timeProvider.GetUtcNow();
        var token = StoredToken.Read(plaintext, entry, now);
        CryptographicOperations.ZeroMemory(plaintext);

        // One that has expired, or is about to, is no more than a miss, and the next token is one process's to ask for.
        return IsFresh(token, now) ? token : null;
    }
}

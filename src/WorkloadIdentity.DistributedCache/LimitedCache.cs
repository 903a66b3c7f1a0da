using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Logging;

namespace WorkloadIdentity.DistributedCache;

/// <summary>
/// A cache whose every call ends in time and throws nothing but the caller's own cancellation, which gives no value that is too long to be
/// one of ours, and which is left alone while it fails. Reads and writes fail apart: a full Redis still answers.
/// </summary>
internal sealed class LimitedCache
{
    /// <summary>The longest value read or written. Entra's tokens have 1 to 10 kB.</summary>
    public const int LongestValue = 64 * 1024;

    private static readonly TimeSpan ProbeLifetime = TimeSpan.FromSeconds(1);

    private readonly IDistributedCache _cache;
    private readonly LimitedCall _calls;
    private readonly CacheHealth _reads;
    private readonly CacheHealth _writes;
    private readonly ILogger _logger;

    public LimitedCache(IDistributedCache cache, TimeSpan timeLimit, TimeProvider timeProvider, ILogger logger)
    {
        _cache = cache;
        _calls = new LimitedCall(timeLimit, timeProvider);
        _reads = new CacheHealth("reading", name => GetAsync(name, CancellationToken.None), timeLimit, timeProvider, logger);
        _writes = new CacheHealth(
            "writing", name => SetAsync(name, [0], ProbeLifetime, CancellationToken.None), timeLimit, timeProvider, logger);
        _logger = logger;
    }

    /// <summary>Reads an entry and makes something of it.</summary>
    /// <param name="name">Of the entry.</param>
    /// <param name="parse">
    /// Makes it of the bytes. What it throws counts as a failure of the whole cache, but for an <see cref="UnusableValueException"/>.
    /// </param>
    /// <param name="end">Ends the call.</param>
    /// <returns>Null for a miss: nothing there, nothing usable, or no answer. <c>Answered</c> tells that nothing is wrong.</returns>
    public async ValueTask<(T? Result, bool Answered)> ReadAsync<T>(string name, Func<byte[], T?> parse, CancellationToken end)
        where T : class
    {
        if (!_reads.TryEnter(name, out var call))
        {
            return default;
        }

        var parses = false;
        try
        {
            var value = await GetAsync(name, end).ConfigureAwait(false);
            parses = true;
            var result = value is null ? null : parse(value);
            _reads.Succeed(call);
            return (result, true);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            throw;
        }
        catch (UnusableValueException unusable)
        {
            Log.SecondLevelValueUnusable(_logger, unusable.Message);
            _reads.FailUnusable(call);
            return default;
        }
        catch (Exception exception) when (parses)
        {
            _reads.FailOwn(call, exception);
            return default;
        }
        catch (Exception exception)
        {
            _reads.Fail(call, exception);
            return default;
        }
    }

    /// <summary>Writes an entry, or not.</summary>
    /// <param name="name">Of the entry.</param>
    /// <param name="make">Makes its value. What it throws counts as a failure of the whole cache.</param>
    /// <param name="lifetime">When the cache may drop it.</param>
    /// <param name="end">Ends the call.</param>
    /// <returns>Whether it was written.</returns>
    public async ValueTask<bool> WriteAsync(string name, Func<byte[]> make, TimeSpan lifetime, CancellationToken end)
    {
        // What could not be read just now will not be written either: its time limit is paid once.
        if (_reads.IsResting(name) || !_writes.TryEnter(name, out var call))
        {
            return false;
        }

        byte[] value;
        try
        {
            value = make();
        }
        catch (Exception exception)
        {
            _writes.FailOwn(call, exception);
            return false;
        }

        try
        {
            await SetAsync(name, value, lifetime, end).ConfigureAwait(false);
            _writes.Succeed(call);
            return true;
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception exception)
        {
            _writes.Fail(call, exception);
            return false;
        }
    }

    private Task<byte[]?> GetAsync(string name, CancellationToken end) => _calls.RunAsync(
        async limit =>
        {
            var buffer = new BoundedBuffer(LongestValue);
            if (_cache is IBufferDistributedCache buffered)
            {
                return await buffered.TryGetAsync(name, buffer, limit).ConfigureAwait(false) ? buffer.ToArray() : null;
            }

            // Such a cache gives a value as one array or not at all.
            var value = await _cache.GetAsync(name, limit).ConfigureAwait(false);
            buffer.ThrowIfLonger(value?.Length ?? 0);
            return value;
        },
        _reads.FailLate,
        end);

    private Task<bool> SetAsync(string name, byte[] value, TimeSpan lifetime, CancellationToken end) => _calls.RunAsync(
        async limit =>
        {
            var options = new DistributedCacheEntryOptions { AbsoluteExpirationRelativeToNow = lifetime };
            await _cache.SetAsync(name, value, options, limit).ConfigureAwait(false);
            return true;
        },
        _writes.FailLate,
        end);
}

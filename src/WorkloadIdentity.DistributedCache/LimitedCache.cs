using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Logging;

namespace WorkloadIdentity.DistributedCache;

/// <summary>
/// A cache whose every call ends in time and throws nothing but the caller's own cancellation, and which is left alone while it fails. Reads and writes fail apart: a full Redis still answers.
/// </summary>
internal sealed class LimitedCache(IDistributedCache cache, TimeSpan timeLimit, TimeProvider timeProvider, ILogger logger)
{
    private readonly Circuit _reads = new(timeProvider);
    private readonly Circuit _writes = new(timeProvider);

    /// <summary>Reads an entry and makes something of it.</summary>
    /// <param name="name">Of the entry.</param>
    /// <param name="parse">Makes it of the bytes; what it throws counts as a failure of the cache.</param>
    /// <param name="end">Ends the call.</param>
    /// <returns>Null for a miss: nothing there, nothing usable, or no answer. <c>Answered</c> tells that nothing is wrong.</returns>
    public async ValueTask<(T? Result, bool Answered)> ReadAsync<T>(string name, Func<byte[], T?> parse, CancellationToken end)
        where T : class
    {
        const string Doing = "reading";
        if (!_reads.TryEnter(out var round))
        {
            return default;
        }

        try
        {
            var value = await WithinLimitAsync(limit => cache.GetAsync(name, limit), end).ConfigureAwait(false);
            var result = value is null ? null : parse(value);
            Succeeded(_reads, Doing);
            return (result, true);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            throw;
        }
        catch (UnusableValueException unusable)
        {
            Log.SecondLevelValueUnusable(logger, unusable.Message);
            if (_reads.FailUnusable(round) is { } rest)
            {
                Log.SecondLevelRests(logger, Doing, $"{Circuit.UnusableInRow} values in a row could not be used.", rest);
            }

            return default;
        }
        catch (Exception exception)
        {
            Failed(_reads, round, Doing, exception);
            return default;
        }
    }

    /// <summary>Writes an entry, or not.</summary>
    /// <param name="name">Of the entry.</param>
    /// <param name="make">Makes its value; what it throws counts as a failure of the cache.</param>
    /// <param name="lifetime">When the cache may drop it.</param>
    /// <param name="end">Ends the call.</param>
    /// <returns>Whether it was written.</returns>
    public async ValueTask<bool> WriteAsync(string name, Func<byte[]> make, TimeSpan lifetime, CancellationToken end)
    {
        const string Doing = "writing";

        // What could not be read just now will not be written either: its time limit is paid once.
        if (_reads.IsOpen || !_writes.TryEnter(out var round))
        {
            return false;
        }

        try
        {
            var value = make();
            var options = new DistributedCacheEntryOptions { AbsoluteExpirationRelativeToNow = lifetime };
            await WithinLimitAsync(
                async limit =>
                {
                    await cache.SetAsync(name, value, options, limit).ConfigureAwait(false);
                    return true;
                },
                end).ConfigureAwait(false);
            Succeeded(_writes, Doing);
            return true;
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception exception)
        {
            Failed(_writes, round, Doing, exception);
            return false;
        }
    }

    private async Task<T> WithinLimitAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken end)
    {
        using var limit = new CancellationTokenSource(timeLimit, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, end);
        var token = either.Token;

        // On a thread of its own: some caches connect, or wait for a lock, before they give back a task.
        var running = Task.Run(() => call(token), CancellationToken.None);
        try
        {
            return await running.WaitAsync(token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!running.IsCompleted)
        {
            // Left behind: how it ends is of interest to nobody, its exception neither.
            _ = running.ContinueWith(static late => late.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            throw;
        }
    }

    private void Succeeded(Circuit circuit, string doing)
    {
        if (circuit.Succeed())
        {
            Log.SecondLevelAnswersAgain(logger, doing);
        }
    }

    private void Failed(Circuit circuit, int round, string doing, Exception exception)
    {
        if (circuit.Fail(round) is { } rest)
        {
            // The type alone: a client's message may quote what it was sent.
            Log.SecondLevelRests(logger, doing, exception is OperationCanceledException ? $"It did not answer within {timeLimit.TotalMilliseconds:0} ms." : $"It threw {exception.GetType().Name}.", rest);
        }
    }
}

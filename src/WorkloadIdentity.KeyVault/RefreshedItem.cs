using Microsoft.Extensions.Logging;

namespace WorkloadIdentity.KeyVault;

/// <summary>
/// An item of a vault, kept in memory and refreshed. It is read once, however many callers wait for it. It is read again when it is due or
/// when Entra refused it. While it cannot be read again, the item held stays in use, and one warning says so. Safe for concurrent use.
/// </summary>
/// <param name="what">In words, for messages: <c>The certificate 'orders-api' in the key vault orders.vault.azure.net</c>.</param>
/// <param name="read">Reads the version to use.</param>
/// <param name="options">When an item is due, how long a response may take, and the clock.</param>
/// <param name="logger">Receives the warning.</param>
internal sealed class RefreshedItem<T>(string what, Func<CancellationToken, Task<T>> read, VaultOptions options, ILogger logger)
    where T : VaultItem
{
    // One reading is two or three requests. A long list of versions must not take forever.
    private const int LongestReading = 5;

    // How long a caller waits for a new item when a usable one is held.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // The vault is not read more often than this after a failure, or while Entra refuses the item.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(1);
    private static readonly TimeSpan LeastInterval = TimeSpan.FromMinutes(5);

    private readonly Lock _gate = new();
    private volatile Held? _held;
    private Task<Outcome>? _reading;
    private Failure? _failure;
    private long? _readAfterRefusalAt;

    /// <summary>The item to use now.</summary>
    /// <param name="refused">Whether Entra refused the last one.</param>
    /// <param name="cancellationToken">The caller's: it ends the wait, not the reading.</param>
    /// <exception cref="TokenAcquisitionException">The item cannot be read, and no usable one is held.</exception>
    public ValueTask<T> GetAsync(bool refused, CancellationToken cancellationToken) =>
        _held is { } held && !refused && !IsDue(held) ? new(held.Item) : ReadOrJoinAsync(refused, cancellationToken);

    private async ValueTask<T> ReadOrJoinAsync(bool refused, CancellationToken cancellationToken)
    {
        var (reading, held) = Join(refused);
        if (reading is null)
        {
            return held!.Item;
        }

        if (held is not null && IsUsable(held))
        {
            try
            {
                var early = await reading.WaitAsync(Patience, options.TimeProvider, cancellationToken).ConfigureAwait(false);
                return early.Item ?? held.Item;
            }
            catch (TimeoutException)
            {
                return held.Item;
            }
        }

        var outcome = await reading.WaitAsync(cancellationToken).ConfigureAwait(false);
        return outcome.Item ?? throw new TokenAcquisitionException(outcome.Error!.Error, outcome.Error.Attempts);
    }

    /// <summary>The reading to wait for; null if the held item is the answer.</summary>
    private (Task<Outcome>? Reading, Held? Held) Join(bool refused)
    {
        TaskCompletionSource<Outcome> completion;
        Held? held;
        lock (_gate)
        {
            held = _held;
            if (_reading is not null)
            {
                return (_reading, held);
            }

            if (held is not null && !(refused ? MayReadAfterRefusal() : IsDue(held)))
            {
                return (null, held);
            }

            if (_failure is { } failure && Remaining(failure, held) is var remaining && remaining > TimeSpan.Zero)
            {
                return held is not null && IsUsable(held) ? (null, held) : throw Repeated(failure.Error, remaining);
            }

            if (refused)
            {
                _readAfterRefusalAt = options.TimeProvider.GetTimestamp();
            }

            completion = new TaskCompletionSource<Outcome>(TaskCreationOptions.RunContinuationsAsynchronously);
            _reading = completion.Task;
        }

        // The reading serves other callers too, so this caller's execution context must not reach it.
        if (ExecutionContext.IsFlowSuppressed())
        {
            _ = RunAsync(completion);
        }
        else
        {
            using (ExecutionContext.SuppressFlow())
            {
                _ = RunAsync(completion);
            }
        }

        return (completion.Task, held);
    }

    private async Task RunAsync(TaskCompletionSource<Outcome> completion)
    {
        var outcome = await ReadAsync().ConfigureAwait(false);
        var isFirstFailure = false;
        Held? kept;
        lock (_gate)
        {
            _reading = null;
            kept = _held;
            if (outcome.Item is { } item)
            {
                _held = new Held(item, options.TimeProvider.GetUtcNow(), options.TimeProvider.GetTimestamp());
                _failure = null;
            }
            else
            {
                isFirstFailure = _failure is null;
                _failure = new Failure(outcome.Error!, options.TimeProvider.GetTimestamp());
            }
        }

        if (isFirstFailure && kept is not null && IsUsable(kept))
        {
            Log.VaultItemKept(logger, what, kept.ReadOn, outcome.Error!.Error);
        }

        completion.SetResult(outcome);
    }

    private async Task<Outcome> ReadAsync()
    {
        var within = options.TimeLimit * LongestReading;
        using var limit = new CancellationTokenSource(within, options.TimeProvider);
        try
        {
            return new Outcome(await read(limit.Token).ConfigureAwait(false), Error: null);
        }
        catch (TokenAcquisitionException exception)
        {
            return new Outcome(Item: null, exception);
        }
        catch (OperationCanceledException exception)
        {
            return Failed(TokenErrorKind.TimedOut, $"{what} could not be read within {within.TotalSeconds:0.#} s.", exception);
        }
        catch (Exception exception)
        {
            return Failed(
                TokenErrorKind.InvalidConfiguration,
                $"{what} could not be read: {exception.GetType().Name}. See the inner exception.",
                exception);
        }
    }

    private static Outcome Failed(TokenErrorKind kind, string message, Exception exception) =>
        new(
            Item: null,
            new TokenAcquisitionException(new TokenError(kind, message) { Exception = exception, HelpAnchor = VaultError.HelpAnchor }));

    private static TokenAcquisitionException Repeated(TokenAcquisitionException failure, TimeSpan remaining) => new(
        new TokenError(
            failure.Error,
            $"{failure.Error.Message} (Repeated from memory: the vault is read again in {Math.Ceiling(remaining.TotalSeconds):0} s.)")
        {
            IsRepeated = true,
            RetryAfter = remaining,
        },
        failure.Attempts);

    private bool MayReadAfterRefusal() =>
        _readAfterRefusalAt is not { } last || options.TimeProvider.GetElapsedTime(last) >= Pause;

    /// <summary>
    /// How long the vault is not read after a failure. If nothing is held, the token exchange repeats a transient failure on its own
    /// schedule, unless the vault itself said when to return.
    /// </summary>
    private TimeSpan Remaining(Failure failure, Held? held)
    {
        var error = failure.Error.Error;
        var pause = !error.IsTransient ? Pause
            : error.RetryAfter is { } asked ? asked < LongestPause ? asked : LongestPause
            : held is null ? TimeSpan.Zero
            : Pause;
        return pause - options.TimeProvider.GetElapsedTime(failure.FailedAt);
    }

    /// <summary>An item that has expired, or expires before its next reading, is read again whenever it is asked for.</summary>
    private bool IsDue(Held held)
    {
        if (held.Item.ExpiresOn is not { } end)
        {
            return options.TimeProvider.GetElapsedTime(held.ReadAt) >= options.RereadAfter;
        }

        var half = (end - held.ReadOn) / 2;
        var after = half < LeastInterval ? LeastInterval : half;
        after = after < options.RereadAfter ? after : options.RereadAfter;
        return end < held.ReadOn + after
            || end <= options.TimeProvider.GetUtcNow()
            || options.TimeProvider.GetElapsedTime(held.ReadAt) >= after;
    }

    private bool IsUsable(Held held) => held.Item.IsUsable(options.TimeProvider.GetUtcNow());

    /// <param name="Item">What was read.</param>
    /// <param name="ReadOn">When it was read, on the wall clock: for people, and for items that expire.</param>
    /// <param name="ReadAt">When it was read, on the monotonic clock: for intervals.</param>
    private sealed record Held(T Item, DateTimeOffset ReadOn, long ReadAt);

    private sealed record Failure(TokenAcquisitionException Error, long FailedAt);

    private sealed record Outcome(T? Item, TokenAcquisitionException? Error);
}

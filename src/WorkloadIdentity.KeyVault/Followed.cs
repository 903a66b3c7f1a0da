using Microsoft.Extensions.Logging;

namespace WorkloadIdentity.KeyVault;

/// <summary>
/// Something in a vault, kept and followed: read once, however many wait for it; read again when that is due, or when Entra refused what
/// was given out; and kept in use, with one warning, while it cannot be read again. Safe for concurrent use.
/// </summary>
/// <param name="what">In words, for messages: <c>The certificate 'orders-api' in the key vault orders.vault.azure.net</c>.</param>
/// <param name="read">Reads the version to use.</param>
/// <param name="options">How long one reading is good for at most, and how long an answer may take; the clock.</param>
/// <param name="logger">Where the warning goes.</param>
internal sealed class Followed<T>(string what, Func<CancellationToken, Task<T>> read, VaultOptions options, ILogger logger)
    where T : VaultItem
{
    // One reading is two or three requests; a long list of versions is no reason to wait forever.
    private const int LongestReading = 5;

    // How long a caller that holds something usable waits for something newer.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // What Entra goes on refusing is not looked for at every request.
    private static readonly TimeSpan BetweenRefusals = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LeastInterval = TimeSpan.FromMinutes(5);

    private readonly Lock _gate = new();
    private readonly FailureMemory _failures = new(options.TimeProvider);
    private volatile Held? _held;
    private Task<Outcome>? _flight;
    private bool _isFailing;
    private long? _lookedAfterRefusalAt;

    /// <summary>The item to use now.</summary>
    /// <param name="refused">Entra refused the last one.</param>
    /// <param name="cancellationToken">The caller's: it ends the wait and not the reading.</param>
    /// <exception cref="TokenAcquisitionException">It cannot be read, and nothing usable is held.</exception>
    public ValueTask<T> GetAsync(bool refused, CancellationToken cancellationToken) =>
        _held is { } held && !refused && !IsDue(held) ? new(held.Item) : AskAsync(refused, cancellationToken);

    private async ValueTask<T> AskAsync(bool refused, CancellationToken cancellationToken)
    {
        var (flight, held) = Join(refused);
        if (flight is null)
        {
            return held!.Item;
        }

        if (held is not null && IsUsable(held))
        {
            try
            {
                var outcome = await flight.WaitAsync(Patience, options.TimeProvider, cancellationToken).ConfigureAwait(false);
                return outcome.Item ?? held.Item;
            }
            catch (TimeoutException)
            {
                return held.Item;
            }
        }

        var landed = await flight.WaitAsync(cancellationToken).ConfigureAwait(false);
        return landed.Item ?? throw new TokenAcquisitionException(landed.Error!.Error, landed.Error.Attempts);
    }

    /// <summary>The reading to wait for; null when what is held is the answer.</summary>
    private (Task<Outcome>? Flight, Held? Held) Join(bool refused)
    {
        TaskCompletionSource<Outcome> landing;
        Held? held;
        lock (_gate)
        {
            held = _held;
            if (_flight is not null)
            {
                return (_flight, held);
            }

            if (held is not null && !(refused ? MayLookAfterRefusal() : IsDue(held)))
            {
                return (null, held);
            }

            if (Wait(held) is var wait && wait > TimeSpan.Zero)
            {
                return held is not null && IsUsable(held)
                    ? (null, held)
                    : throw new TokenAcquisitionException(_failures.Last.Error!.Repeated(wait), _failures.Last.Attempts);
            }

            if (refused)
            {
                _lookedAfterRefusalAt = options.TimeProvider.GetTimestamp();
            }

            landing = new TaskCompletionSource<Outcome>(TaskCreationOptions.RunContinuationsAsynchronously);
            _flight = landing.Task;
        }

        // It serves others too: nothing ambient of this caller's may reach it.
        if (ExecutionContext.IsFlowSuppressed())
        {
            _ = FlyAsync(landing);
        }
        else
        {
            using (ExecutionContext.SuppressFlow())
            {
                _ = FlyAsync(landing);
            }
        }

        return (landing.Task, held);
    }

    private async Task FlyAsync(TaskCompletionSource<Outcome> landing)
    {
        var outcome = await ReadAsync().ConfigureAwait(false);
        var isNews = false;
        Held? kept;
        lock (_gate)
        {
            _flight = null;
            kept = _held;
            if (outcome.Item is { } item)
            {
                _held = new Held(item, options.TimeProvider.GetUtcNow(), options.TimeProvider.GetTimestamp());
                _failures.Forget();
                _isFailing = false;
            }
            else
            {
                _failures.Remember(TokenResult.Failed(outcome.Error!.Error));
                isNews = !_isFailing;
                _isFailing = true;
            }
        }

        if (isNews && kept is not null && IsUsable(kept))
        {
            Log.VaultItemKept(logger, what, kept.ReadOn, outcome.Error!.Error);
        }

        landing.SetResult(outcome);
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
                $"Reading it threw {exception.GetType().Name}, which is kept as the inner exception: {what}.",
                exception);
        }
    }

    private static Outcome Failed(TokenErrorKind kind, string message, Exception exception) =>
        new(
            Item: null,
            new TokenAcquisitionException(new TokenError(kind, message) { Exception = exception, HelpAnchor = VaultRefusal.HelpAnchor }));

    private bool MayLookAfterRefusal() =>
        _lookedAfterRefusalAt is not { } last || options.TimeProvider.GetElapsedTime(last) >= BetweenRefusals;

    /// <summary>
    /// How long the vault is left alone. With nothing in hand, what passes is repeated at once by the token exchange, on its own schedule,
    /// unless the vault itself said when to come back.
    /// </summary>
    private TimeSpan Wait(Held? held) =>
        !_isFailing || (held is null && _failures.Last.Error is { IsTransient: true, RetryAfter: null })
            ? TimeSpan.Zero
            : _failures.Remaining(behindLivingToken: held is not null);

    /// <summary>What has expired, or ends before it would be read again, is read again whenever it is asked for.</summary>
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
    /// <param name="ReadOn">When, on the wall clock: for people, and for what expires.</param>
    /// <param name="ReadAt">When, on the monotonic clock: for intervals.</param>
    private sealed record Held(T Item, DateTimeOffset ReadOn, long ReadAt);

    private sealed record Outcome(T? Item, TokenAcquisitionException? Error);
}

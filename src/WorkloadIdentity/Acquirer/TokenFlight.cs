using System.Diagnostics;

namespace WorkloadIdentity;

/// <summary>One acquisition under way, shared by all who wait for it.</summary>
internal sealed class TokenFlight
{
    // More links than this make a trace unreadable, and a storm of callers would grow it without bound.
    private const int MaxLinks = 32;
    private int _links;
    private int _waiting;
    private volatile bool _isAbandoned;
    private volatile Turns.Turn? _turn;

    /// <summary>The token an API rejected, when this flight renews it.</summary>
    public AccessToken? Rejected { get; init; }

    public bool IsRenewal { get; init; }

    /// <summary>The claims this flight carries; null for none.</summary>
    public DemandedClaims? Claims { get; init; }

    /// <summary>
    /// Whether it carries claims because the resource asked for them earlier, and not because somebody asks for them now.
    /// </summary>
    public bool KeepsClaims { get; init; }

    /// <summary>Whether it refreshes a token that is still served: nobody need wait for it.</summary>
    public bool IsBehind { get; init; }

    /// <summary>When the credential was asked: what is issued is at least as new. Far in the past for a token of unknown age.</summary>
    public DateTimeOffset StartedOn { get; set; }

    /// <summary>Somebody with a living token lost patience with it: nobody else who has one need wait for it again.</summary>
    public bool IsOverdue { get; private set; }

    /// <summary>Whether it left the queue because nobody waited for it any more: then it asked nobody, and has no result.</summary>
    public bool WasDropped { get; set; }

    /// <summary>The trace of the flight; set while it runs, when somebody listens.</summary>
    public Activity? Activity { get; set; }

    /// <summary>
    /// Ends when the flight has landed and the slot knows its result. Null when it was dropped, or the acquirer was disposed meanwhile.
    /// </summary>
    public Task<TokenResult?> Landing { get; private set; } = null!;

    /// <summary>Whether its token answers a renewal that demands <paramref name="claims"/>.</summary>
    /// <param name="claims">Null demands nothing but another token.</param>
    /// <param name="knowsRejected">Whether it is known which token is to be newer than.</param>
    public bool Satisfies(DemandedClaims? claims, bool knowsRejected) =>
        claims is null || claims.Hash == Claims?.Hash || (knowsRejected && StartedOn >= claims.NotBefore);

    /// <summary>Whether it is the renewal that somebody who demands <paramref name="claims"/> would start.</summary>
    public bool Renews(DemandedClaims? claims) => IsRenewal && (KeepsClaims ? null : Claims?.Hash) == claims?.Hash;

    /// <summary>Whether the result may be due to claims that nobody asks for now: then the same without them is worth an attempt.</summary>
    public bool IsRefusedForKeptClaims(TokenResult result) => KeepsClaims && result.Error is { IsTransient: false };

    /// <summary>
    /// Starts without the caller's execution context: what is ambient there (culture, identity, baggage) must not reach work that serves
    /// others.
    /// </summary>
    public void TakeOff(Func<Task<TokenResult?>> flight)
    {
        if (ExecutionContext.IsFlowSuppressed())
        {
            Landing = Task.Run(flight);
            return;
        }

        using (ExecutionContext.SuppressFlow())
        {
            Landing = Task.Run(flight);
        }
    }

    /// <summary>Stands in a queue from now on, which it leaves once nobody waits for it any more.</summary>
    public void Queue(Turns.Turn turn)
    {
        _turn = turn;
        Interlocked.MemoryBarrier();
        if (_isAbandoned)
        {
            turn.Leave();
        }
    }

    /// <summary>
    /// Waits for the landing; a cancelled waiter leaves at once, and a flight that runs goes on. Null when it was dropped.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The acquirer was disposed meanwhile.</exception>
    public ValueTask<TokenResult?> WaitAsync(CancellationToken cancellationToken) =>
        WaitAsync(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);

    /// <summary>
    /// Waits for the landing as long as <paramref name="patience"/> lasts; null when that was not long enough, or when the flight was
    /// dropped.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The acquirer was disposed meanwhile.</exception>
    public async ValueTask<TokenResult?> WaitAsync(TimeSpan patience, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        Link();
        Interlocked.Increment(ref _waiting);
        try
        {
            var result = await Landing.WaitAsync(patience, timeProvider, cancellationToken).ConfigureAwait(false);
            return result ?? (WasDropped ? null : throw new ObjectDisposedException(nameof(TokenAcquirer)));
        }
        catch (TimeoutException) when (!Landing.IsCompleted)
        {
            IsOverdue = true;
            return null;
        }
        catch (OperationCanceledException)
        {
            Leave();
            throw;
        }
    }

    /// <summary>A caller who lost patience still counts as waiting: it goes on without the token, and the next one needs it.</summary>
    private void Leave()
    {
        if (Interlocked.Decrement(ref _waiting) == 0 && !IsBehind)
        {
            _isAbandoned = true;
            Interlocked.MemoryBarrier();
            _turn?.Leave();
        }
    }

    private void Link()
    {
        if (Activity is { } flight && System.Diagnostics.Activity.Current is { } waiting && waiting.SpanId != flight.ParentSpanId
            && Interlocked.Increment(ref _links) <= MaxLinks)
        {
            flight.AddLink(new ActivityLink(waiting.Context));
        }
    }
}

using System.Diagnostics;

namespace WorkloadIdentity;

/// <summary>One acquisition under way, shared by all who wait for it.</summary>
internal sealed class TokenFlight
{
    // More links than this make a trace unreadable, and a storm of callers would grow it without bound.
    private const int MaxLinks = 32;
    private int _links;

    /// <summary>The token an API rejected, when this flight renews it.</summary>
    public AccessToken? Rejected { get; init; }

    /// <summary>The hash of the claims this flight carries; null for none.</summary>
    public string? ClaimsHash { get; init; }

    public bool IsRenewal { get; init; }

    /// <summary>Somebody with a living token lost patience with it: nobody else who has one need wait for it again.</summary>
    public bool IsOverdue { get; private set; }

    /// <summary>The trace of the flight; set while it runs, when somebody listens.</summary>
    public Activity? Activity { get; set; }

    /// <summary>Ends when the flight has landed and the slot knows its result. Null when the acquirer was disposed meanwhile.</summary>
    public Task<TokenResult?> Landing { get; private set; } = null!;

    /// <summary>
    /// Starts without the caller's execution context: what is ambient there (culture, identity, baggage) must not reach work that serves others.
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

    /// <summary>Waits for the landing; a cancelled waiter leaves at once, and the flight goes on.</summary>
    /// <exception cref="ObjectDisposedException">The acquirer was disposed meanwhile.</exception>
    public async ValueTask<TokenResult> WaitAsync(CancellationToken cancellationToken)
    {
        Link();
        return await Landing.WaitAsync(cancellationToken).ConfigureAwait(false) ?? throw new ObjectDisposedException(nameof(TokenAcquirer));
    }

    /// <summary>Waits for the landing as long as <paramref name="patience"/> lasts; null when that was not long enough.</summary>
    /// <exception cref="ObjectDisposedException">The acquirer was disposed meanwhile.</exception>
    public async ValueTask<TokenResult?> WaitAsync(TimeSpan patience, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        Link();
        try
        {
            return await Landing.WaitAsync(patience, timeProvider, cancellationToken).ConfigureAwait(false) ?? throw new ObjectDisposedException(nameof(TokenAcquirer));
        }
        catch (TimeoutException) when (!Landing.IsCompleted)
        {
            IsOverdue = true;
            return null;
        }
    }

    private void Link()
    {
        if (Activity is { } flight && System.Diagnostics.Activity.Current is { } waiting && waiting.SpanId != flight.ParentSpanId && Interlocked.Increment(ref _links) <= MaxLinks)
        {
            flight.AddLink(new ActivityLink(waiting.Context));
        }
    }
}

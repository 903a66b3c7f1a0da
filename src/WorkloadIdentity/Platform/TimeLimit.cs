namespace WorkloadIdentity;

/// <summary>
/// A time limit together with the caller's cancellation. The one place that links the two. Dispose it when the work has ended.
/// </summary>
internal sealed class TimeLimit : IDisposable
{
    private readonly CancellationTokenSource _limit;
    private readonly CancellationTokenSource _either;

    /// <param name="limit">How long the work may take.</param>
    /// <param name="timeProvider">The clock of the limit.</param>
    /// <param name="cancellationToken">The caller's.</param>
    public TimeLimit(TimeSpan limit, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        _limit = new CancellationTokenSource(limit, timeProvider);
        _either = CancellationTokenSource.CreateLinkedTokenSource(_limit.Token, cancellationToken);
    }

    /// <summary>Cancelled when the time is over or the caller cancels.</summary>
    public CancellationToken Token => _either.Token;

    /// <summary>Whether the time is over.</summary>
    public bool HasPassed => _limit.IsCancellationRequested;

    public void Dispose()
    {
        _either.Dispose();
        _limit.Dispose();
    }
}

namespace WorkloadIdentity.Testing;

/// <summary>
/// Counts how often the tokens of a principal were revoked. Each token carries the count at its issue. No clock is used, so no
/// second is too short.
/// </summary>
internal sealed class Sessions
{
    private int _current;

    public int Current => Volatile.Read(ref _current);

    public void End() => Interlocked.Increment(ref _current);
}

namespace WorkloadIdentity.Testing;

/// <summary>
/// Counts how often the tokens of a principal were revoked: each token carries the count it was issued under. No clock takes part, so no
/// second is too short.
/// </summary>
internal sealed class Sessions
{
    private int _current;

    public int Current => Volatile.Read(ref _current);

    public void End() => Interlocked.Increment(ref _current);
}

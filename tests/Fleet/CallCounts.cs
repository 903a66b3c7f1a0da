namespace Fleet;

/// <summary>How many calls there were, and how many of them have not ended.</summary>
internal sealed class CallCounts
{
    private long _all;
    private int _pending;

    public long All => Interlocked.Read(ref _all);

    public int Pending => Volatile.Read(ref _pending);

    /// <summary>Counts a call until it is disposed.</summary>
    public IDisposable Begin()
    {
        Interlocked.Increment(ref _all);
        Interlocked.Increment(ref _pending);
        return new Call(this);
    }

    private sealed class Call(CallCounts counts) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref counts._pending);
    }
}

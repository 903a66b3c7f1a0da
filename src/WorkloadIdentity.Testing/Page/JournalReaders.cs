namespace WorkloadIdentity.Testing;

/// <summary>How many pages watch the journal at once.</summary>
internal sealed class JournalReaders
{
    public const int Most = 20;

    private int _count;

    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _count) <= Most)
        {
            return true;
        }

        Leave();
        return false;
    }

    public void Leave() => Interlocked.Decrement(ref _count);
}

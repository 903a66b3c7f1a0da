namespace WorkloadIdentity.Testing;

/// <summary>The newest entries of one kind, within a number of entries and a number of bytes. Not safe for concurrent use.</summary>
internal sealed class JournalQueue<T>(int capacity, long capacityInBytes) where T : JournalEntry
{
    private readonly Queue<(T Entry, long Bytes)> _entries = new();
    private long _bytes;

    public IEnumerable<T> Entries => _entries.Select(held => held.Entry);

    public int Count => _entries.Count;

    public void Add(T entry)
    {
        // What the caller wrote is there on arrival; what is added until the answer leaves is short.
        var bytes = entry.Bytes;
        while (_entries.Count > 0 && (_entries.Count == capacity || _bytes + bytes > capacityInBytes))
        {
            _bytes -= _entries.Dequeue().Bytes;
        }

        _entries.Enqueue((entry, bytes));
        _bytes += bytes;
    }

    public void Clear()
    {
        _entries.Clear();
        _bytes = 0;
    }
}

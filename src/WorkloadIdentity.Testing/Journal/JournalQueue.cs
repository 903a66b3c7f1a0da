namespace WorkloadIdentity.Testing;

/// <summary>The newest entries of one kind, within a number of entries and a number of bytes. Not safe for concurrent use.</summary>
internal sealed class JournalQueue<T>(int capacity, long capacityInBytes) where T : JournalEntry
{
    private readonly Queue<T> _entries = new();
    private long _bytes;

    public IEnumerable<T> Entries => _entries;

    public int Count => _entries.Count;

    public void Add(T entry)
    {
        var bytes = entry.Bytes;
        MakeRoom(bytes, capacity - 1);
        _entries.Enqueue(entry);
        _bytes += entry.CountedBytes = bytes;
    }

    /// <summary>Counts what was added to an entry after its arrival: the reason for a refusal.</summary>
    public void Recount(T entry)
    {
        if (!_entries.TryPeek(out var oldest) || entry.Sequence < oldest.Sequence)
        {
            // It has made room already.
            return;
        }

        var added = entry.Bytes - entry.CountedBytes;
        entry.CountedBytes += added;
        _bytes += added;
        MakeRoom(0, capacity);
    }

    public void Clear()
    {
        _entries.Clear();
        _bytes = 0;
    }

    private void MakeRoom(long bytes, int count)
    {
        while (_entries.Count > 0 && (_entries.Count > count || _bytes + bytes > capacityInBytes))
        {
            _bytes -= _entries.Dequeue().CountedBytes;
        }
    }
}

namespace WorkloadIdentity.Testing;

/// <summary>
/// The newest changes of the journal, numbered, for those who watch it. It holds a fixed number of them, whoever reads and however slowly:
/// a reader that is too far behind is told to read the journal again. Safe for concurrent use.
/// </summary>
internal sealed class JournalFeed
{
    public const int Capacity = 1024;

    private readonly Lock _gate = new();
    private readonly JournalEntry?[] _changes = new JournalEntry?[Capacity];
    private long _last;
    private long _lost;
    private TaskCompletionSource? _next;

    /// <summary>The number of the newest change.</summary>
    public long Last
    {
        get
        {
            lock (_gate)
            {
                return _last;
            }
        }
    }

    /// <summary>Notes that an entry was added or completed.</summary>
    public void Add(JournalEntry entry) => Change(entry);

    /// <summary>Notes that the journal was cleared: whoever reads on must read all of it again.</summary>
    public void Clear() => Change(entry: null);

    /// <summary>
    /// The entries that changed after a change, each of them once; null when some of these changes are held no longer.
    /// </summary>
    public (long Last, IReadOnlyList<JournalEntry>? Entries) After(long number)
    {
        lock (_gate)
        {
            if (number < _lost || number < _last - Capacity || number > _last)
            {
                return (_last, null);
            }

            var entries = new List<JournalEntry>();
            var seen = new HashSet<JournalEntry>();
            for (var i = _last; i > number; i--)
            {
                if (_changes[i % Capacity] is { } entry && seen.Add(entry))
                {
                    entries.Add(entry);
                }
            }

            entries.Reverse();
            return (_last, entries);
        }
    }

    /// <summary>Ends when there is a change after the given one.</summary>
    public Task WaitAsync(long number)
    {
        lock (_gate)
        {
            return _last != number
                ? Task.CompletedTask
                : (_next ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    private void Change(JournalEntry? entry)
    {
        TaskCompletionSource? next;
        lock (_gate)
        {
            _changes[++_last % Capacity] = entry;
            if (entry is null)
            {
                Array.Clear(_changes);
                _lost = _last;
            }

            (next, _next) = (_next, null);
        }

        next?.SetResult();
    }
}

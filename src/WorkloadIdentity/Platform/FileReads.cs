using System.Collections.Concurrent;

namespace WorkloadIdentity;

/// <summary>
/// Reads files within a time limit, each on its own thread. A read that does not end (a lost network mount) cannot be cancelled. It is
/// abandoned, and its path is not read again until it has ended. Safe for concurrent use.
/// </summary>
internal sealed class FileReads(TimeSpan limit, TimeProvider timeProvider)
{
    private readonly ConcurrentDictionary<string, Task<FileContent>> _overdue = new();

    /// <summary>What <paramref name="read"/> gives, or a problem in its place when it does not end within the limit.</summary>
    /// <param name="path">The file.</param>
    /// <param name="read">Reads it; throws nothing.</param>
    public FileContent Read(string path, Func<FileContent> read)
    {
        if (_overdue.TryGetValue(path, out var earlier))
        {
            if (!earlier.IsCompleted)
            {
                return FileContent.Overdue(path, limit);
            }

            _overdue.TryRemove(new(path, earlier));
        }

        var reading = Task.Factory.StartNew(read, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            return reading.WaitAsync(limit, timeProvider).GetAwaiter().GetResult();
        }
        catch (TimeoutException) when (!reading.IsCompleted)
        {
            _overdue[path] = reading;
            return FileContent.Overdue(path, limit);
        }
    }
}

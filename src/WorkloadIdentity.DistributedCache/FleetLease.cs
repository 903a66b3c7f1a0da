using System.Collections.Concurrent;

namespace WorkloadIdentity.DistributedCache;

/// <summary>
/// Lets one process of a fleet ask for a token while the others wait for it. A best effort over a cache that can only get and set: several
/// may ask all the same, and when the one who asks fails or dies the others ask for themselves. Nothing but the number of token requests
/// hangs on it.
/// </summary>
internal sealed class FleetLease(LimitedCache cache, LeaseNotes notes, TimeProvider timeProvider)
{
    /// <summary>How long a process waits for another one that is asking. Then it asks too.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    // A note is renewed three times within its lifetime, so that one slow renewal does no harm.
    private static readonly TimeSpan RenewalPause = TimeSpan.FromMilliseconds(600);

    // For a caller of the store that never reports the end of its acquisition.
    private static readonly TimeSpan LongestHold = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(200);

    private readonly ConcurrentDictionary<string, Hold> _holds = new(StringComparer.Ordinal);

    private enum Taken
    {
        /// <summary>It is unknown who holds it.</summary>
        Unknown,
        ByThisProcess,
        ByAnother,
    }

    /// <summary>Null at once if this process should ask; otherwise the token of another process, or null if none comes.</summary>
    /// <param name="entry">The name of the token's entry.</param>
    /// <param name="look">Looks for the token.</param>
    /// <param name="end">Ends the wait.</param>
    public async ValueTask<AccessToken?> WaitAsync(
        string entry, Func<ValueTask<(AccessToken? Token, bool Answered)>> look, CancellationToken end)
    {
        var name = NoteOf(entry);
        if (await TakeAsync(name, end).ConfigureAwait(false) != Taken.ByAnother)
        {
            return null;
        }

        var started = timeProvider.GetTimestamp();
        var (seen, seenSince) = (Array.Empty<byte>(), started);
        for (var pause = FirstPause; timeProvider.GetElapsedTime(started) + pause < LongestWait; pause = Longer(pause))
        {
            await Task.Delay(pause, timeProvider, end).ConfigureAwait(false);
            var (token, answered) = await look().ConfigureAwait(false);
            if (token is not null || !answered)
            {
                return token;
            }

            var (note, _) = await cache.ReadAsync(name, static value => value, end).ConfigureAwait(false);
            if (note is null || !notes.Counts(name, note, timeProvider.GetUtcNow()))
            {
                return null;
            }

            // Uses only this machine's clock: a note that is not renewed expires, whatever the clock of its writer says.
            if (!note.AsSpan().SequenceEqual(seen))
            {
                (seen, seenSince) = (note, timeProvider.GetTimestamp());
            }
            else if (timeProvider.GetElapsedTime(seenSince) >= LeaseNotes.Lifetime)
            {
                return null;
            }
        }

        return null;
    }

    /// <summary>This process has finished asking. If it got no token, the waiting processes are told to ask themselves.</summary>
    public void End(string entry, bool withToken)
    {
        var name = NoteOf(entry);
        if (!_holds.TryRemove(name, out var hold))
        {
            return;
        }

        hold.End.Cancel();
        if (!withToken)
        {
            _ = EndNoteAsync(name, hold);
        }
    }

    /// <summary>Waits for a renewal that is still running, because it would restore the note.</summary>
    private async Task EndNoteAsync(string name, Hold hold)
    {
        await hold.Renewing.ConfigureAwait(false);
        await cache.WriteAsync(name, () => notes.WriteEnded(name, hold.Holder), LeaseNotes.Lifetime, CancellationToken.None)
            .ConfigureAwait(false);
    }

    private async ValueTask<Taken> TakeAsync(string name, CancellationToken end)
    {
        var (other, answered) = await cache.ReadAsync(name, static value => value, end).ConfigureAwait(false);
        if (other is not null && notes.Counts(name, other, timeProvider.GetUtcNow()))
        {
            return Taken.ByAnother;
        }

        var mine = LeaseNotes.NewHolder();
        if (!answered || !await WriteAsync(name, mine, end).ConfigureAwait(false))
        {
            return Taken.Unknown;
        }

        // The last writer holds the lease: of processes that found no note at the same moment, all but one see another's note here.
        var (last, _) = await cache.ReadAsync(name, static value => value, end).ConfigureAwait(false);
        if (last is null)
        {
            return Taken.Unknown;
        }

        if (!LeaseNotes.IsOf(mine, last))
        {
            return Taken.ByAnother;
        }

        Keep(name, mine);
        return Taken.ByThisProcess;
    }

    private void Keep(string name, byte[] holder)
    {
        var hold = new Hold(holder);
        if (_holds.TryAdd(name, hold))
        {
            hold.Renewing = RenewAsync(name, hold);
        }
    }

    /// <summary>Renews the note, so that waiting processes send no request of their own while Entra is slow.</summary>
    private async Task RenewAsync(string name, Hold hold)
    {
        var started = timeProvider.GetTimestamp();
        try
        {
            do
            {
                await Task.Delay(RenewalPause, timeProvider, hold.End.Token).ConfigureAwait(false);
            }
            while (timeProvider.GetElapsedTime(started) < LongestHold
                && await WriteAsync(name, hold.Holder, CancellationToken.None).ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            // It has ended.
        }

        _holds.TryRemove(KeyValuePair.Create(name, hold));
    }

    private ValueTask<bool> WriteAsync(string name, byte[] holder, CancellationToken end) =>
        cache.WriteAsync(name, () => notes.Write(name, holder, timeProvider.GetUtcNow()), LeaseNotes.Lifetime, end);

    private static string NoteOf(string entry) => $"{entry}:lease";

    private static TimeSpan Longer(TimeSpan pause) => pause * 1.5 < LongestPause ? pause * 1.5 : LongestPause;

    private sealed class Hold(byte[] holder)
    {
        public byte[] Holder => holder;

        public CancellationTokenSource End { get; } = new();

        public Task Renewing { get; set; } = Task.CompletedTask;
    }
}

using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>
/// The journal as server-sent events. An event <c>entries</c> holds entries that are new or complete now; an event <c>gap</c> says that
/// the reader missed some and reads the journal again. The id of an event continues a stream that broke off (<c>Last-Event-ID</c>).
/// </summary>
/// <param name="journal">What is watched.</param>
/// <param name="filter">Which entries are sent.</param>
/// <param name="clock">The machine's clock, because the reader is a browser.</param>
internal sealed class JournalStream(EmulatorJournal journal, JournalFilter filter, TimeProvider clock)
{
    /// <summary>How many entries one event holds at the most. A reader that is further behind reads the journal again.</summary>
    public const int MaxEntries = 200;

    /// <summary>How long the stream collects entries before it sends them.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    /// <summary>How long it is silent at the most: a reader that is gone is found out by writing.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(15);

    /// <summary>How long a reader may take to accept an event. The connection of a slower one is closed.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>A comment, which shows that the stream is open.</summary>
    private const string Nothing = ":\n\n";

    /// <summary>Writes events until the reader or the emulator is gone.</summary>
    /// <exception cref="IOException">The reader is too slow.</exception>
    public async Task WriteAsync(Stream body, string? lastEventId, CancellationToken cancellationToken)
    {
        var position = lastEventId is null ? journal.Feed.Last : PositionOf(lastEventId);
        await SendAsync(body, ": the journal of an Entra emulator\n\n", cancellationToken).ConfigureAwait(false);
        while (true)
        {
            if (!await HasChangedAsync(position, cancellationToken).ConfigureAwait(false))
            {
                await SendAsync(body, Nothing, cancellationToken).ConfigureAwait(false);
                continue;
            }

            await Task.Delay(Interval, clock, cancellationToken).ConfigureAwait(false);
            (position, var entries) = journal.Feed.After(position);
            await SendAsync(body, EventOf(position, entries), cancellationToken).ConfigureAwait(false);
        }
    }

    private string EventOf(long position, IReadOnlyList<JournalEntry>? changed)
    {
        List<JournalEntry>? entries = changed is null ? null : [.. changed.Where(filter.Admits)];
        if (entries is [])
        {
            return Nothing;
        }

        var (name, data) = entries is { Count: <= MaxEntries }
            ? ("entries", new JsonArray([.. entries.Select(entry => (JsonNode)JournalView.Of(entry))]).ToJsonString())
            : ("gap", "{}");
        return $"event: {name}\nid: {journal.IdOf(position)}\ndata: {data}\n\n";
    }

    /// <summary>The change that an id names; one that no feed has, so that the reader starts again, if it is of another run.</summary>
    private long PositionOf(string id) =>
        id.Split('.') is [var run, var number]
            && run == journal.Run
            && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var position)
            ? position
            : -1;

    /// <summary>Whether something changed before the stream was silent for too long.</summary>
    private async Task<bool> HasChangedAsync(long position, CancellationToken cancellationToken)
    {
        try
        {
            await journal.Feed.WaitAsync(position).WaitAsync(Silence, clock, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private async Task SendAsync(Stream body, string text, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            await body.WriteAsync(Encoding.UTF8.GetBytes(text), either.Token).ConfigureAwait(false);
            await body.FlushAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new IOException("The reader of the journal did not accept an event in time.");
        }
    }
}

using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Tests;

/// <summary>The journal as server-sent events.</summary>
public sealed class JournalStreamTests : IDisposable
{
    private readonly FakeClock _clock = new();
    private readonly EmulatorJournal _journal = new();
    private readonly Pipe _pipe = new();
    private readonly CancellationTokenSource _end = new();
    private StreamReader? _reader;

    public void Dispose()
    {
        _end.Cancel();
        _end.Dispose();
        _reader?.Dispose();
    }

    [Fact]
    public async Task Entries_come_together_and_with_the_id_to_go_on_from()
    {
        _journal.Add(Entry("/before"));
        var stream = Start();
        await NextAsync();
        _journal.Add(Entry("/one"));
        _journal.Add(Entry("/two"));

        var (name, id, data) = await EventAsync();

        Assert.Equal(("entries", $"{_journal.Run}.3"), (name, id));
        Assert.Equal(["/one", "/two"], data.EnumerateArray().Select(entry => entry.GetProperty("path").GetString()));
        Assert.False(stream.IsCompleted);
    }

    [Theory]
    [InlineData(1, "entries")]
    [InlineData(JournalStream.MaxEntries, "entries")]
    [InlineData(JournalStream.MaxEntries + 1, "gap")]
    [InlineData(JournalFeed.Capacity + 1, "gap")]
    public async Task A_reader_that_comes_back_gets_what_it_missed_or_is_told_to_read_again(int missed, string expected)
    {
        _journal.Add(Entry("/before"));
        var id = _journal.IdOf(_journal.Feed.Last);
        for (var i = 0; i < missed; i++)
        {
            _journal.Add(Entry($"/{i}"));
        }

        _ = Start(id);
        await NextAsync();
        var (name, _, data) = await EventAsync();

        Assert.Equal(expected, name);
        Assert.Equal(expected == "gap" ? 0 : missed, data.ValueKind == JsonValueKind.Array ? data.GetArrayLength() : 0);
    }

    [Theory]
    [InlineData("of-another-run.1")]
    [InlineData("nonsense")]
    [InlineData("")]
    public async Task An_id_of_another_emulator_names_no_place_here(string id)
    {
        _journal.Add(Entry("/one"));
        _journal.Add(Entry("/two"));

        _ = Start(id);
        await NextAsync();

        Assert.Equal("gap", (await EventAsync()).Name);
    }

    [Fact]
    public async Task A_stream_has_the_wanted_entries_only_and_shows_that_it_is_open_when_there_are_none()
    {
        _ = Start(filter: new JournalFilter(OnlyRefused: false, Search: "orders"));
        await NextAsync();
        _journal.Add(Entry("/stock"));
        await WaitForTimerAsync(JournalStream.Interval);
        _clock.Advance(JournalStream.Interval);
        Assert.Equal(":", await NextAsync());

        _journal.Add(Entry("/orders"));
        _journal.Add(Entry("/stock"));
        var (_, id, data) = await EventAsync();

        Assert.Equal($"{_journal.Run}.3", id);
        Assert.Equal(["/orders"], data.EnumerateArray().Select(entry => entry.GetProperty("path").GetString()));
    }

    [Fact]
    public async Task A_silent_stream_shows_that_it_is_open()
    {
        _ = Start();
        await NextAsync();

        await WaitForTimerAsync();
        _clock.Advance(JournalStream.Silence);

        Assert.Equal(":", await NextAsync());
    }

    [Fact]
    public async Task A_reader_that_does_not_read_is_dropped_and_holds_up_nobody()
    {
        using var stuck = new StuckStream();
        var stream = new JournalStream(_journal, JournalFilter.None, _clock).WriteAsync(stuck, lastEventId: null, _end.Token);
        for (var i = 0; i < 100_000; i++)
        {
            _journal.Add(Entry("/x"));
        }

        Assert.False(stream.IsCompleted);
        _clock.Advance(JournalStream.Patience);

        await Assert.ThrowsAsync<IOException>(() => stream);
        Assert.Equal(0, _clock.PendingTimers);
    }

    [Fact]
    public async Task Over_http_it_needs_the_token_and_so_many_may_read_at_once()
    {
        await using var entra = await EntraEmulator.StartAsync(new() { HasAdminApi = true });
        using var http = new HttpClient(entra.CreateHandler());
        var responses = new List<HttpResponseMessage>();
        async Task<HttpResponseMessage> OpenAsync(string token)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(entra.AdminAddress, "journal/events"))
            {
                Headers = { Authorization = new("Bearer", token) },
            };
            responses.Add(await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead));
            return responses[^1];
        }

        Assert.Equal(401, (int)(await OpenAsync("wrong")).StatusCode);
        using var first = new StreamReader(await (await OpenAsync(entra.AdminToken!)).Content.ReadAsStreamAsync());
        for (var i = 1; i < JournalReaders.Most; i++)
        {
            Assert.Equal(200, (int)(await OpenAsync(entra.AdminToken!)).StatusCode);
        }

        Assert.Equal(503, (int)(await OpenAsync(entra.AdminToken!)).StatusCode);
        await entra.PostAsync(entra.Application.Form(("client_secret", "wrong")));
        string? line;
        do
        {
            line = await first.ReadLineAsync();
        }
        while (line?.StartsWith("data:", StringComparison.Ordinal) == false);

        Assert.Contains("\"errorCode\":7000215", line, StringComparison.Ordinal);
        responses.ForEach(response => response.Dispose());
    }

    private static DiscoveryEntry Entry(string path) => new(DateTimeOffset.UnixEpoch, "id", path, DiscoveryDocument.Keys);

    private Task Start(string? lastEventId = null, JournalFilter? filter = null)
    {
        _reader = new StreamReader(_pipe.Reader.AsStream());
        return new JournalStream(_journal, filter ?? JournalFilter.None, _clock)
            .WriteAsync(_pipe.Writer.AsStream(), lastEventId, _end.Token);
    }

    /// <summary>The first line of the next block, and the others.</summary>
    private async Task<string> NextAsync()
    {
        var block = new StringBuilder();
        while (await _reader!.ReadLineAsync() is { Length: > 0 } line)
        {
            block.Append(block.Length > 0 ? "\n" : "").Append(line);
        }

        return block.ToString();
    }

    private async Task<(string Name, string Id, JsonElement Data)> EventAsync()
    {
        await WaitForTimerAsync(JournalStream.Interval);
        _clock.Advance(JournalStream.Interval);
        var fields = (await NextAsync()).Split('\n').Select(line => line.Split(": ", 2)).ToDictionary(field => field[0], field => field[1]);
        return (fields["event"], fields["id"], JsonSerializer.Deserialize<JsonElement>(fields["data"]));
    }

    /// <summary>Waits until the stream waits for time to pass.</summary>
    private async Task WaitForTimerAsync(TimeSpan? due = null)
    {
        while (_clock.NextDue is not { } next || next > (due ?? JournalStream.Silence))
        {
            await Task.Yield();
        }
    }

    /// <summary>The connection of a browser that accepts nothing.</summary>
    private sealed class StuckStream : MemoryStream
    {
        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            await new TaskCompletionSource().Task.WaitAsync(cancellationToken);
    }
}

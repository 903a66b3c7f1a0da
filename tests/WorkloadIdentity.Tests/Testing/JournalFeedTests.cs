using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Tests;

public sealed class JournalFeedTests
{
    private readonly JournalFeed _feed = new();

    [Fact]
    public void A_reader_gets_what_changed_after_its_place_each_entry_once_in_order()
    {
        var (one, two) = (Entry(), Entry());
        _feed.Add(one);
        var (place, first) = _feed.After(0);
        _feed.Add(two);
        _feed.Add(one);
        _feed.Add(two);

        var (last, then) = _feed.After(place);

        Assert.Equal([one], first);
        Assert.Equal([one, two], then);
        Assert.Equal((1, 4), (place, last));
        Assert.Equal([], _feed.After(last).Entries);
    }

    [Fact]
    public void A_reader_that_fell_behind_is_told_so()
    {
        for (var i = 0; i < JournalFeed.Capacity + 1; i++)
        {
            _feed.Add(Entry());
        }

        Assert.Null(_feed.After(0).Entries);
        Assert.Equal(JournalFeed.Capacity, _feed.After(1).Entries!.Count);
        Assert.Equal(JournalFeed.Capacity + 1, _feed.After(0).Last);
    }

    [Fact]
    public void So_is_one_that_was_there_before_the_journal_was_cleared_and_one_of_the_future()
    {
        _feed.Add(Entry());
        _feed.Clear();
        var entry = Entry();
        _feed.Add(entry);

        Assert.Null(_feed.After(1).Entries);
        Assert.Equal([entry], _feed.After(2).Entries);
        Assert.Null(_feed.After(4).Entries);
    }

    [Fact]
    public async Task Waiting_ends_with_the_next_change()
    {
        var waiting = _feed.WaitAsync(0);
        Assert.False(waiting.IsCompleted);

        _feed.Add(Entry());

        await waiting;
        Assert.True(_feed.WaitAsync(0).IsCompleted);
    }

    private static DiscoveryEntry Entry() => new(DateTimeOffset.UnixEpoch, "id", "/", DiscoveryDocument.Keys);
}

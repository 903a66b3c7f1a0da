using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Tests;

public sealed class JournalQueueTests
{
    private readonly JournalQueue<DiscoveryEntry> _queue = new(capacity: 10, capacityInBytes: 1000);

    [Fact]
    public void A_reason_that_is_added_later_takes_room_too()
    {
        var (old, newer) = (Entry(1), Entry(2));
        _queue.Add(old);
        _queue.Add(newer);
        Assert.Equal([old, newer], _queue.Entries);

        newer.Refuse("invalid_client", new string('x', 150));
        _queue.Recount(newer);

        Assert.Equal([newer], _queue.Entries);
    }

    [Fact]
    public void An_entry_that_has_made_room_is_not_counted_again()
    {
        var old = Entry(1);
        _queue.Add(old);
        _queue.Clear();
        _queue.Add(Entry(2));

        old.Refuse("invalid_client", new string('x', 400));
        _queue.Recount(old);

        Assert.Equal(1, _queue.Count);
    }

    private static DiscoveryEntry Entry(long sequence) =>
        new(DateTimeOffset.UnixEpoch, "id", "/", DiscoveryDocument.Keys) { Sequence = sequence };
}

using System.Runtime.CompilerServices;

namespace WorkloadIdentity.Tests;

/// <summary>Where entries are kept and found. A new table has 16 buckets, and one with more than 12 entries has 32.</summary>
public sealed class TokenCacheTableTests
{
    private static readonly AcquirerSetup Setup = new(ScriptedCredential.Issuing("scripted"), new TokenAcquirerOptions());
    private static readonly AcquisitionRunner Runner = new(Setup);
    private readonly TokenCacheTable _table = new();

    [Fact]
    public void An_entry_is_found_by_a_request_that_equals_its_own()
    {
        var entry = Add(Request("a"));

        Assert.Same(entry, _table.Find(entry.Key));
        Assert.Same(entry, _table.Find(Request("a")));
        Assert.Null(_table.Find(Request("b")));
        Assert.Equal(1, _table.Count);
    }

    [Fact]
    public void Requests_of_one_hash_are_told_apart()
    {
        var (first, second) = (Add(Request("a", hash: 5)), Add(Request("b", hash: 5)));

        Assert.Same(first, _table.Find(Request("a", hash: 5)));
        Assert.Same(second, _table.Find(Request("b", hash: 5)));
        Assert.Null(_table.Find(Request("c", hash: 5)));
    }

    [Fact]
    public void Requests_of_one_bucket_follow_each_other_and_go_on_at_the_first_bucket_behind_the_last()
    {
        var entries = Enumerable.Range(0, 4).Select(n => Add(Request($"{n}", hash: 14 + (16 * n)))).ToList();
        var behind = Add(Request("behind", hash: 1));

        Assert.All(entries, entry => Assert.Same(entry, _table.Find(entry.Key)));
        Assert.Same(behind, _table.Find(behind.Key));
        Assert.Null(_table.Find(Request("absent", hash: 14)));
    }

    [Theory]
    [InlineData(12)]
    [InlineData(13)]
    [InlineData(16)]
    [InlineData(24)]
    [InlineData(25)]
    [InlineData(5_000)]
    public void A_table_that_grows_finds_every_entry_and_ends_every_other_search(int count)
    {
        // All in one run of buckets: if the table were full, the search for an absent request would never end.
        var entries = Enumerable.Range(0, count).Select(n => Add(Request($"{n}", hash: n))).ToList();

        Assert.All(entries, entry => Assert.Same(entry, _table.Find(entry.Key)));
        Assert.Null(_table.Find(Request("absent", hash: 0)));
        Assert.Equal(count, _table.Count);
        Assert.True(_table.ToArray().ToHashSet().SetEquals(entries));
    }

    [Fact]
    public void A_request_whose_entry_is_retired_can_have_another_one()
    {
        var retired = Add(Request("a", hash: 3));
        var other = Add(Request("b", hash: 3));
        retired.Retire();

        Assert.Null(_table.Find(retired.Key));
        Assert.Same(other, _table.Find(other.Key));
        Assert.Same(Add(Request("a", hash: 3)), _table.Find(retired.Key));
    }

    [Fact]
    public void Whatever_is_removed_the_rest_is_found()
    {
        // Three runs of buckets, one of them around the end. Each subset of the entries is removed once.
        int[] hashes = [14, 14, 15, 0, 5, 5, 6];
        for (var subset = 0; subset < 1 << hashes.Length; subset++)
        {
            var table = new TokenCacheTable();
            var entries = hashes.Select((hash, n) => Add(Request($"{n}", hash), table)).ToList();
            var removed = entries.Where((_, n) => (subset >> n & 1) == 1).ToList();
            removed.ForEach(entry => entry.Retire());

            table.RemoveRetired();

            var left = entries.Except(removed).ToList();
            Assert.All(left, entry => Assert.Same(entry, table.Find(entry.Key)));
            Assert.All(removed, entry => Assert.Null(table.Find(entry.Key)));
            Assert.Equal(left.Count, table.Count);
            Assert.True(table.ToArray().ToHashSet().SetEquals(left));
        }
    }

    [Fact]
    public void Removal_makes_room_without_growing()
    {
        // 12 entries fill the table of 16 buckets. Were buckets of removed entries not free, the thirteenth would make it grow.
        for (var round = 0; round < 100; round++)
        {
            while (_table.Count < 12)
            {
                Add(Request($"{round}-{_table.Count}"));
            }

            var entries = _table.ToArray();
            entries[..6].ToList().ForEach(entry => entry.Retire());
            _table.RemoveRetired();

            Assert.Equal(6, _table.Count);
            Assert.All(entries[6..], entry => Assert.Same(entry, _table.Find(entry.Key)));
        }
    }

    [Fact]
    public void A_table_that_was_cleared_finds_nothing_and_takes_new_entries()
    {
        var entries = Enumerable.Range(0, 100).Select(n => Add(Request($"{n}"))).ToList();

        _table.Clear();

        Assert.All(entries, entry => Assert.Null(_table.Find(entry.Key)));
        Assert.Equal(0, _table.Count);
        Assert.Empty(_table.ToArray());
        Assert.Same(Add(Request("1")), _table.Find(Request("1")));
    }

    [Fact]
    public async Task Entries_are_found_by_all_threads_while_the_table_grows_and_entries_are_removed()
    {
        var kept = Enumerable.Range(0, 10).Select(n => Add(Request($"kept-{n}"))).ToList();
        var ended = false;
        var searching = Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            while (!Volatile.Read(ref ended))
            {
                kept.ForEach(entry => Assert.Same(entry, _table.Find(entry.Key)));
            }
        })).ToList();

        for (var n = 0; n < 20_000; n++)
        {
            var entry = Add(Request($"{n}"));
            Assert.Same(entry, _table.Find(entry.Key));
            if (n % 3 == 0)
            {
                entry.Retire();
            }

            if (n % 1_000 == 0)
            {
                _table.RemoveRetired();
            }
        }

        Volatile.Write(ref ended, true);
        await Task.WhenAll(searching);
    }

    /// <summary>
    /// Callers choose tenants. The last bits of the hash choose the bucket: of 65,536 requests, 64 fall on each of 1,024 buckets. The
    /// standard deviation is 8, and 12 times that practically never happens.
    /// </summary>
    [Theory]
    [InlineData("{0:x8}-0000-4000-8000-000000000000")]
    [InlineData("00000000-0000-4000-8000-{0:x12}")]
    [InlineData("{0:x4}0000-0000-4000-8000-000000000000")]
    [InlineData("tenant-{0}.example")]
    public void Tenants_that_somebody_chose_are_spread_over_the_buckets(string form)
    {
        var fullest = Enumerable.Range(0, 65_536)
            .Select(n => new TokenRequest("api://orders/.default") { TenantId = string.Format(null, form, n) })
            .GroupBy(request => request.GetHashCode() & 1_023)
            .Max(requests => requests.Count());

        Assert.InRange(fullest, 64, 64 + (12 * 8));
    }

    private static TokenRequest Request(string name, int? hash = null)
    {
        var request = new TokenRequest($"api://{name}/.default");
        if (hash is { } chosen)
        {
            // 0 stands for a hash that is not computed yet.
            HashOf(request) = chosen == 0 ? 1 << 20 : chosen;
        }

        return request;
    }

    private Entry Add(TokenRequest request, TokenCacheTable? table = null)
    {
        var entry = new Entry(request);
        (table ?? _table).Add(entry);
        return entry;
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_hash")]
    private static extern ref int HashOf(TokenRequest request);

    private sealed class Entry(TokenRequest key) : TokenCacheEntry(Setup, Runner, key);
}

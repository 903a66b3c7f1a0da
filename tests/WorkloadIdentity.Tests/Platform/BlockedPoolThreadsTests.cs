namespace WorkloadIdentity.Tests;

public sealed class BlockedPoolThreadsTests
{
    [Fact]
    public void A_blocked_thread_is_replaced_until_it_goes_on()
    {
        var pool = new FakePool(2);
        var blocked = pool.Blocked();
        var first = blocked.Replace();
        var second = blocked.Replace();
        Assert.Equal(4, pool.Minimum);

        blocked.Return(first);
        Assert.Equal(3, pool.Minimum);
        blocked.Return(second);
        Assert.Equal(2, pool.Minimum);
    }

    [Fact]
    public void What_the_application_sets_meanwhile_stays()
    {
        var pool = new FakePool(2);
        var blocked = pool.Blocked();
        var first = blocked.Replace();
        pool.Minimum = 50;
        var second = blocked.Replace();
        Assert.Equal(51, pool.Minimum);

        blocked.Return(first);
        Assert.Equal(51, pool.Minimum);
        blocked.Return(second);
        Assert.Equal(50, pool.Minimum);

        var third = blocked.Replace();
        pool.Minimum = 10;
        blocked.Return(third);
        Assert.Equal(10, pool.Minimum);
    }

    [Fact]
    public void No_more_threads_are_added_than_the_bound_and_no_more_than_the_pool_allows()
    {
        var pool = new FakePool(2);
        var blocked = pool.Blocked();
        var replaced = Enumerable.Range(0, BlockedPoolThreads.MaxReplaced + 10).Select(_ => blocked.Replace()).ToList();
        Assert.Equal(2 + BlockedPoolThreads.MaxReplaced, pool.Minimum);
        replaced.ForEach(blocked.Return);
        Assert.Equal(2, pool.Minimum);

        var small = new FakePool(2) { Maximum = 3 };
        var few = small.Blocked();
        var all = Enumerable.Range(0, 5).Select(_ => few.Replace()).ToList();
        Assert.Equal(3, small.Minimum);
        all.ForEach(few.Return);
        Assert.Equal(2, small.Minimum);
    }

    private sealed class FakePool(int minimum)
    {
        public int Minimum { get; set; } = minimum;

        public int Maximum { get; init; } = int.MaxValue;

        public BlockedPoolThreads Blocked() => new(() => Minimum, value =>
        {
            Minimum = value <= Maximum ? value : Minimum;
            return value <= Maximum;
        });
    }
}

namespace WorkloadIdentity.Tests;

/// <summary>Synchronous callers: what they wait for must not wait for the pool that they have filled.</summary>
public sealed class BlockingTests
{
    [Fact]
    public async Task Many_synchronous_callers_do_not_starve_the_pool_that_their_answer_needs()
    {
        // The pool alone adds a thread every 250 ms: this many callers would wait for longer than the test does.
        const int Callers = 400;
        var answer = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);

        // In the pool's own queue, so that what answers stands behind all of them.
        var callers = Enumerable.Range(0, Callers).Select(_ => Task.Factory.StartNew(
            () => Blocking.Wait(() => new ValueTask<string>(answer.Task)),
            CancellationToken.None,
            TaskCreationOptions.PreferFairness,
            TaskScheduler.Default)).ToList();
        ThreadPool.QueueUserWorkItem(_ => answer.SetResult("token"));

        Assert.Equal(Callers, (await Task.WhenAll(callers).WaitAsync(Patience.Limit)).Count(token => token == "token"));
    }

    [Fact]
    public void A_caller_whose_answer_is_there_touches_nothing()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(7, Blocking.Wait(static () => new ValueTask<int>(7)));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1_000);
    }
}

namespace WorkloadIdentity.Tests;

/// <summary>When time passes for work that a test waits for. Every test with a time limit rests on this.</summary>
public sealed class FakeClockTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly FakeClock _clock = new();

    private TimeSpan Passed => _clock.GetElapsedTime(0);

    [Fact]
    public async Task Time_limits_do_not_pass_while_the_work_runs_on_another_thread()
    {
        var isLimited = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var isDone = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var running = _clock.RunUntilAsync(() => new ValueTask<bool>(Task.Run(async () =>
        {
            using var limit = new CancellationTokenSource(Second, _clock);
            var work = isDone.Task.WaitAsync(Second, _clock);
            isLimited.SetResult();
            return await work && !limit.IsCancellationRequested;
        })));

        await isLimited.Task;
        for (var turn = 0; turn < 1000; turn++)
        {
            await Task.Yield();
        }

        isDone.SetResult(true);
        Assert.True(await running);
        Assert.Equal(TimeSpan.Zero, Passed);
    }

    [Fact]
    public async Task A_pause_passes_and_takes_its_time_exactly()
    {
        await _clock.RunUntilAsync(async () =>
        {
            await Task.Delay(Second, _clock);
            await Task.Run(() => Task.Delay(2 * Second, _clock));
            return true;
        });

        Assert.Equal(3 * Second, Passed);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_time_limit_passes_while_a_fake_holds_its_answer_back_and_no_longer(bool ignoresCancellation)
    {
        await _clock.RunUntilAsync(async () =>
        {
            using var limit = new CancellationTokenSource(Second, _clock);
            using var outer = new CancellationTokenSource(2 * Second, _clock);
            var answer = ignoresCancellation ? _clock.HangForeverAsync<int>(limit.Token) : _clock.HangAsync<int>(limit.Token);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer.WaitAsync(limit.Token));
            for (var turn = 0; turn < 1000; turn++)
            {
                await Task.Yield();
            }

            Assert.False(outer.IsCancellationRequested);
            return true;
        });

        Assert.Equal(Second, Passed);
        Assert.False(_clock.IsAwaited);
    }

    [Fact]
    public async Task An_answer_that_comes_ends_its_hold()
    {
        var answer = new TaskCompletionSource<int>();
        _clock.Hold(answer.Task, CancellationToken.None);
        Assert.True(_clock.IsAwaited);

        answer.SetResult(1);

        await answer.Task;
        Assert.False(_clock.IsAwaited);
    }

    [Fact]
    public async Task What_a_timer_resumes_has_run_when_the_advance_returns()
    {
        Assert.NotNull(SynchronizationContext.Current);
        var resumed = false;
        var work = WorkAsync();

        _clock.Advance(Second);

        Assert.True(resumed);
        await work;

        async Task WorkAsync()
        {
            await Task.Delay(Second, _clock).ConfigureAwait(false);
            resumed = true;
        }
    }

    [Fact]
    public async Task Work_that_has_not_ended_at_the_limit_fails_the_test()
    {
        var failure = await Assert.ThrowsAnyAsync<Xunit.Sdk.XunitException>(() => _clock.RunUntilAsync(
            async ValueTask<bool> () =>
            {
                while (true)
                {
                    await Task.Delay(Second, _clock);
                }
            },
            limit: 10 * Second));

        Assert.Contains("has not ended", failure.Message, StringComparison.Ordinal);
        Assert.Equal(10 * Second, Passed);
    }
}

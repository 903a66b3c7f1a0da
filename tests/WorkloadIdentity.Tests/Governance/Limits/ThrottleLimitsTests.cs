using System.Net;
using WorkloadIdentity.Governance;

namespace WorkloadIdentity.Tests;

public sealed class ThrottleLimitsTests
{
    private readonly FakeClock _clock = new();
    private readonly ThrottleLimits _limits;

    public ThrottleLimitsTests()
    {
        _limits = new ThrottleLimits(_clock);
    }

    [Theory]
    [InlineData("Directory", 100, 3500, 10)]
    [InlineData("Reports", 1, 5, 10)]
    [InlineData("Protection", 1, 1, 1)]
    public async Task No_window_of_time_gets_more_than_the_limit(string group, int units, int limit, int seconds)
    {
        var sent = new List<DateTimeOffset>();

        await SendAsync(Enum.Parse<LimitGroup>(group), units, (limit / units * 4) + 1, sent);

        Assert.All(sent, at => Assert.True(
            sent.Count(other => other >= at && other - at <= TimeSpan.FromSeconds(seconds)) * units <= limit));
        Assert.InRange(_clock.Now - new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero),
            TimeSpan.FromSeconds(seconds * 4), TimeSpan.FromSeconds((seconds * 4) + 2));
    }

    [Fact]
    public async Task Lists_with_keys_have_a_limit_of_their_own()
    {
        var sent = new List<DateTimeOffset>();

        await SendAsync(LimitGroup.Directory, 1, 301, sent, keyReads: 1);

        Assert.All(sent, at => Assert.True(sent.Count(other => other >= at && other - at <= TimeSpan.FromMinutes(1)) <= 150));
    }

    [Fact]
    public async Task A_request_counts_until_a_window_after_its_end()
    {
        using (await _limits.TakeAsync(LimitGroup.Protection, 1, 0, CancellationToken.None))
        {
            _clock.Advance(TimeSpan.FromSeconds(30));
        }

        var next = _limits.TakeAsync(LimitGroup.Protection, 1, 0, CancellationToken.None).AsTask();

        Assert.False(next.IsCompleted);
        (await _clock.RunUntilAsync(next)).Dispose();
        Assert.True(_clock.Now >= new DateTimeOffset(2026, 1, 1, 0, 0, 31, TimeSpan.Zero));
    }

    [Fact]
    public async Task While_a_request_runs_another_waits_for_its_end()
    {
        var turn = await _limits.TakeAsync(LimitGroup.Protection, 1, 0, CancellationToken.None);
        var next = _limits.TakeAsync(LimitGroup.Protection, 1, 0, CancellationToken.None).AsTask();
        _clock.Advance(TimeSpan.FromMinutes(5));
        Assert.False(next.IsCompleted);

        turn.Dispose();

        (await _clock.RunUntilAsync(next)).Dispose();
    }

    [Fact]
    public async Task The_cost_that_an_answer_names_counts()
    {
        using (var turn = await _limits.TakeAsync(LimitGroup.Directory, 1, 0, CancellationToken.None))
        {
            turn.Heard(FakeServer.Response(HttpStatusCode.OK, headers: ("x-ms-resource-unit", "3500")).Headers);
        }

        var next = _limits.TakeAsync(LimitGroup.Directory, 1, 0, CancellationToken.None).AsTask();

        Assert.False(next.IsCompleted);
        (await _clock.RunUntilAsync(next)).Dispose();
    }

    [Theory]
    [InlineData("0.79", 0)]
    [InlineData("0.9", 2)]
    [InlineData("1.2", 5)]
    [InlineData("9", 10)]
    [InlineData("much", 0)]
    public async Task Near_the_limit_the_group_slows_down(string share, int seconds)
    {
        using (var turn = await _limits.TakeAsync(LimitGroup.Directory, 1, 0, CancellationToken.None))
        {
            turn.Heard(FakeServer.Response(HttpStatusCode.OK, headers: ("x-ms-throttle-limit-percentage", share)).Headers);
        }

        var before = _clock.Now;
        (await _clock.RunUntilAsync(_limits.TakeAsync(LimitGroup.Directory, 1, 0, CancellationToken.None).AsTask())).Dispose();
        Assert.Equal(seconds, (_clock.Now - before).TotalSeconds, 0.01);
    }

    [Fact]
    public async Task A_group_that_pauses_holds_up_no_other_and_a_shorter_pause_does_not_end_a_longer_one()
    {
        _limits.Pause(LimitGroup.Reports, TimeSpan.FromMinutes(2));
        _limits.Pause(LimitGroup.Reports, TimeSpan.FromSeconds(1));

        (await _limits.TakeAsync(LimitGroup.Directory, 1, 0, CancellationToken.None)).Dispose();
        (await _clock.RunUntilAsync(_limits.TakeAsync(LimitGroup.Reports, 1, 0, CancellationToken.None).AsTask())).Dispose();

        Assert.Equal(new DateTimeOffset(2026, 1, 1, 0, 2, 0, TimeSpan.Zero), _clock.Now);
    }

    [Fact]
    public async Task A_wait_can_be_cancelled_and_leaves_nothing_taken()
    {
        using var cancel = new CancellationTokenSource();
        _limits.Pause(LimitGroup.Protection, TimeSpan.FromMinutes(1));
        var waiting = _limits.TakeAsync(LimitGroup.Protection, 1, 0, cancel.Token).AsTask();

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        (await _clock.RunUntilAsync(_limits.TakeAsync(LimitGroup.Protection, 1, 0, CancellationToken.None).AsTask())).Dispose();
    }

    private Task<bool> SendAsync(LimitGroup group, int units, int count, List<DateTimeOffset> sent, int keyReads = 0)
    {
        return _clock.RunUntilAsync(AllAsync());

        async Task<bool> AllAsync()
        {
            for (var n = 0; n < count; n++)
            {
                using var turn = await _limits.TakeAsync(group, units, keyReads, CancellationToken.None);
                sent.Add(_clock.Now);
            }

            return true;
        }
    }
}

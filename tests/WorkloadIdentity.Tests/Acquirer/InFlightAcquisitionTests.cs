using System.Diagnostics;

namespace WorkloadIdentity.Tests;

/// <summary>Callers who wait for one acquisition: what they get, and what happens when they leave.</summary>
public sealed class InFlightAcquisitionTests
{
    private readonly FakeClock _clock = new();
    private readonly TaskCompletionSource<TokenResult?> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task It_is_abandoned_when_its_last_caller_leaves_unless_it_is_a_background_refresh(bool isBackgroundRefresh)
    {
        var acquisition = new InFlightAcquisition { Completion = _end.Task, IsBackgroundRefresh = isBackgroundRefresh };
        using var one = new CancellationTokenSource();
        using var two = new CancellationTokenSource();
        var (first, second) = (WaitAsync(acquisition, one.Token), WaitAsync(acquisition, two.Token));

        await one.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.False(acquisition.Abandoned.IsCancellationRequested);

        await two.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        Assert.Equal(!isBackgroundRefresh, acquisition.Abandoned.IsCancellationRequested);
    }

    [Fact]
    public async Task A_caller_whose_time_limit_passed_still_needs_the_result()
    {
        var acquisition = new InFlightAcquisition { Completion = _end.Task };
        using var cancellation = new CancellationTokenSource();
        var impatient = acquisition.WaitAsync(TimeSpan.FromSeconds(1), _clock, CancellationToken.None).AsTask();
        var leaving = WaitAsync(acquisition, cancellation.Token);
        Assert.False(acquisition.IsOverdue);

        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(await impatient);
        Assert.True(acquisition.IsOverdue);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving);

        Assert.False(acquisition.Abandoned.IsCancellationRequested);
    }

    [Fact]
    public async Task An_acquisition_that_was_dropped_has_no_result()
    {
        var acquisition = new InFlightAcquisition { Completion = _end.Task, WasDropped = true };
        var waiting = WaitAsync(acquisition);

        _end.SetResult(null);

        Assert.Null(await waiting);
    }

    [Fact]
    public async Task Without_a_result_the_acquirer_was_disposed()
    {
        var waiting = WaitAsync(new InFlightAcquisition { Completion = _end.Task });

        _end.SetResult(null);

        var exception = await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting);
        Assert.Equal(nameof(TokenAcquirer), exception.ObjectName);
    }

    [Fact]
    public void Its_trace_links_the_first_32_callers_who_joined_and_not_its_parent()
    {
        using var parent = new Activity("parent").Start();
        using var trace = new Activity("acquisition").Start();
        var acquisition = new InFlightAcquisition { Completion = _end.Task, Activity = trace };
        Activity.Current = parent;
        _ = WaitAsync(acquisition);
        Assert.Empty(trace.Links);

        var joined = new List<ActivitySpanId>();
        for (var caller = 0; caller < 40; caller++)
        {
            Activity.Current = null;
            using var joining = new Activity("caller").Start();
            joined.Add(joining.SpanId);
            _ = WaitAsync(acquisition);
        }

        Assert.Equal(joined.Take(32), trace.Links.Select(link => link.Context.SpanId));
    }

    private Task<TokenResult?> WaitAsync(InFlightAcquisition acquisition, CancellationToken cancellationToken = default) =>
        acquisition.WaitAsync(Timeout.InfiniteTimeSpan, _clock, cancellationToken).AsTask();
}

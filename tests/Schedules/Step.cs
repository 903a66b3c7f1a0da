namespace WorkloadIdentity.Schedules;

/// <summary>A task of a <see cref="ControlledScheduler"/>: what runs from one await to the next.</summary>
internal sealed class Step(Task task, ControlledScheduler scheduler)
{
    private SemaphoreSlim? _turn;

    public Task Task => task;

    public ControlledScheduler Scheduler => scheduler;

    /// <summary>Whether it was interrupted and waits on a thread of its own.</summary>
    public bool HasThread => _turn is not null;

    /// <summary>How many calls deep it is inside code that must not be interrupted.</summary>
    public int Uninterruptible { get; set; }

    public void Wait()
    {
        _turn!.Wait();
        _turn = null;
    }

    public void Wake() => _turn!.Release();

    /// <summary>From here on it has a thread, and can be woken before it waits.</summary>
    public void KeepThread() => _turn = new SemaphoreSlim(0);
}

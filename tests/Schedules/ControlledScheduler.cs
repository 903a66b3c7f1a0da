namespace WorkloadIdentity.Schedules;

/// <summary>
/// Runs tasks one at a time, and lets a <see cref="Schedule"/> decide at each point which one continues. Code of WorkloadIdentity.dll is
/// interrupted where it touches what threads share (<see cref="Points"/>); code of the runtime is not.
/// </summary>
/// <remarks>
/// One thread runs at any time. A task that is interrupted keeps its thread and waits. Unless the schedule says otherwise, a task runs
/// until it ends, the next one is the one that was queued first, and an interrupted task waits until no other can run.
/// </remarks>
internal sealed class ControlledScheduler(Schedule schedule) : TaskScheduler
{
    private static readonly TimeSpan HangLimit = TimeSpan.FromSeconds(20);

    private readonly Lock _gate = new();
    private readonly List<Step> _queued = [];
    private readonly List<Step> _interrupted = [];
    private readonly List<Step> _blocked = [];
    private readonly SemaphoreSlim _idle = new(0);
    private readonly Queue<TaskCompletionSource> _waitingForIdle = new();
    private readonly List<Step> _cancelling = [];
    private bool _isRunning;
    private bool _isEndless;

    /// <summary>The task that this thread runs; null on a thread that is not controlled.</summary>
    public static Step? Running => Worker.Current;

    /// <summary>Runs <paramref name="work"/> and everything that it starts, until nothing is left to run.</summary>
    /// <exception cref="ScheduleException">The work did not end: no task can run any more.</exception>
    public void Run(Func<Task> work)
    {
        var done = Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.DenyChildAttach, this).Unwrap();
        while (true)
        {
            Step? first;
            lock (_gate)
            {
                first = TakeNext();
                _isRunning = first is not null;
            }

            if (first is not null)
            {
                Continue(first);
                if (!_idle.Wait(HangLimit))
                {
                    throw new ScheduleException("A task does not give up its thread: it waits for something outside the schedule.");
                }

                if (_isEndless)
                {
                    throw new ScheduleException("Livelock: a task goes on without end until another one runs.");
                }

                continue;
            }

            lock (_gate)
            {
                if (_blocked.Count > 0)
                {
                    throw new ScheduleException("Deadlock: every task that is left waits for a lock.");
                }
            }

            if (_waitingForIdle.TryDequeue(out var waiting))
            {
                waiting.SetResult();
                continue;
            }

            if (done.IsCompleted)
            {
                done.GetAwaiter().GetResult();
                return;
            }

            // Completions that the runtime posts to its own thread pool arrive a moment later.
            if (!SpinWait.SpinUntil(() => HasWork || done.IsCompleted, TimeSpan.FromSeconds(2)))
            {
                throw new ScheduleException("The work has not ended, and no task can run: a caller waits for ever.");
            }
        }
    }

    /// <summary>Ends when no other task is left to run.</summary>
    public Task WhenIdle()
    {
        var waiting = new TaskCompletionSource();
        _waitingForIdle.Enqueue(waiting);
        return waiting.Task;
    }

    /// <summary>A place where the schedule may let another task continue.</summary>
    public void Interrupt(Step step)
    {
        Step? next = null;
        lock (_gate)
        {
            var others = _queued.Count + _interrupted.Count;
            _isEndless = schedule.IsTooLong;
            if (!_isEndless)
            {
                if (others == 0 || schedule.Choose(1 + others) is not (> 0 and var choice))
                {
                    return;
                }

                next = Take(choice - 1);
                _interrupted.Add(step);
            }

            step.KeepThread();
        }

        if (next is null)
        {
            _idle.Release();
        }

        Switch(step, next);
    }

    /// <summary>The task waits for a lock that another one holds.</summary>
    public void Block(Step step)
    {
        Step? next;
        lock (_gate)
        {
            step.KeepThread();
            _blocked.Add(step);
            next = TakeNext();
            _isRunning = next is not null;
        }

        if (next is null)
        {
            _idle.Release();
        }

        Switch(step, next);
    }

    /// <summary>A lock was released: who waits for one tries again.</summary>
    public void Unblock()
    {
        lock (_gate)
        {
            _interrupted.AddRange(_blocked);
            _blocked.Clear();
        }
    }

    /// <summary>The running task starts to call the callbacks of a cancellation.</summary>
    public void CancellationStarts() => _cancelling.Add(Running!);

    public void CancellationEnds()
    {
        _cancelling.Remove(Running!);
        Unblock();
    }

    /// <summary>Waits until no other task runs the callbacks of a cancellation.</summary>
    public void WaitForCancellations(Step step)
    {
        while (_cancelling.Exists(other => other != step))
        {
            Block(step);
        }
    }

    /// <summary>The thread of a task that has ended runs the next one that has no thread, or wakes the one that has.</summary>
    internal Step? Ended()
    {
        Step? next;
        lock (_gate)
        {
            next = TakeNext();
            _isRunning = next is not null;
        }

        if (next is null)
        {
            _idle.Release();
        }
        else if (next.HasThread)
        {
            next.Wake();
            next = null;
        }

        return next;
    }

    internal bool Execute(Step step) => TryExecuteTask(step.Task);

    protected override void QueueTask(Task task)
    {
        lock (_gate)
        {
            _queued.Add(new Step(task, this));
        }
    }

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    protected override IEnumerable<Task> GetScheduledTasks()
    {
        lock (_gate)
        {
            return [.. _queued.Select(step => step.Task)];
        }
    }

    private bool HasWork
    {
        get
        {
            lock (_gate)
            {
                return !_isRunning && _queued.Count + _interrupted.Count > 0;
            }
        }
    }

    private static void Switch(Step from, Step? to)
    {
        if (to is not null)
        {
            Continue(to);
        }

        from.Wait();
    }

    private static void Continue(Step step)
    {
        if (step.HasThread)
        {
            step.Wake();
        }
        else
        {
            Worker.Start(step, step.Scheduler);
        }
    }

    private Step? TakeNext() =>
        _queued.Count + _interrupted.Count is > 0 and var count ? Take(count == 1 ? 0 : schedule.Choose(count)) : null;

    /// <summary>Queued tasks come first, in the order in which they were queued; then the interrupted ones.</summary>
    private Step Take(int index)
    {
        var list = index < _queued.Count ? _queued : _interrupted;
        index -= ReferenceEquals(list, _queued) ? 0 : _queued.Count;
        var step = list[index];
        list.RemoveAt(index);
        return step;
    }
}

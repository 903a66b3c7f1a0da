namespace WorkloadIdentity.Schedules;

/// <summary>A thread that runs the tasks of a <see cref="ControlledScheduler"/>. Threads are used again.</summary>
internal sealed class Worker
{
    [ThreadStatic]
    private static Step? _current;

    private static readonly Stack<Worker> Free = new();

    private readonly SemaphoreSlim _work = new(0);
    private (Step Step, ControlledScheduler Scheduler) _next;

    private Worker() => new Thread(Loop) { IsBackground = true }.Start();

    public static Step? Current => _current;

    public static void Start(Step step, ControlledScheduler scheduler)
    {
        Worker? worker;
        lock (Free)
        {
            Free.TryPop(out worker);
        }

        worker ??= new Worker();
        worker._next = (step, scheduler);
        worker._work.Release();
    }

    private void Loop()
    {
        while (true)
        {
            _work.Wait();
            var (step, scheduler) = _next;
            for (Step? next = step; next is not null;)
            {
                _current = next;
                scheduler.Execute(next);
                _current = null;
                next = scheduler.Ended();
            }

            lock (Free)
            {
                Free.Push(this);
            }
        }
    }
}

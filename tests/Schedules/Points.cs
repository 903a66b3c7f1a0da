using System.Diagnostics.CodeAnalysis;

namespace WorkloadIdentity.Schedules;

/// <summary>
/// What <see cref="InstrumentedAssembly"/> writes into WorkloadIdentity.dll in place of locks, or in front of shared accesses.
/// </summary>
public static class Points
{
    /// <summary>Something that threads share is about to be read or written.</summary>
    public static void Access()
    {
        if (ControlledScheduler.Running is { Uninterruptible: 0 } step)
        {
            step.Scheduler.Interrupt(step);
        }
    }

    /// <summary>In place of <see cref="Monitor.Enter(object, ref bool)"/>.</summary>
    public static void Enter(object on, ref bool taken)
    {
        Wait(() => Monitor.TryEnter(on), () => Monitor.Exit(on));
        Monitor.Enter(on, ref taken);
    }

    /// <summary>In place of <see cref="Monitor.Exit(object)"/>.</summary>
    public static void Exit(object on)
    {
        Monitor.Exit(on);
        Exited();
    }

    /// <summary>In place of <see cref="Lock.EnterScope"/>.</summary>
    public static Lock.Scope EnterScope([NotNull] Lock on)
    {
        Wait(on.TryEnter, on.Exit);
        return on.EnterScope();
    }

    /// <summary>After the end of a lock's scope.</summary>
    public static void Exited() => ControlledScheduler.Running?.Scheduler.Unblock();

    /// <summary>In place of <see cref="Lazy{T}.Value"/>: the runtime holds a lock of its own while the value is made.</summary>
    public static T LazyValue<T>([NotNull] Lazy<T> lazy) => Uninterrupted(() => lazy.Value);

    /// <summary>
    /// In place of <see cref="CancellationTokenSource.Cancel()"/>: others who dispose of a registration wait for the callbacks that it
    /// runs.
    /// </summary>
    public static void Cancel([NotNull] CancellationTokenSource source) => Uninterrupted(() =>
    {
        var scheduler = ControlledScheduler.Running?.Scheduler;
        scheduler?.CancellationStarts();
        source.Cancel();
        scheduler?.CancellationEnds();
        return true;
    });

    /// <summary>
    /// Before a registration or a linked source is disposed: the runtime would wait for a cancellation's callbacks on the thread.
    /// </summary>
    public static void Disposing()
    {
        if (ControlledScheduler.Running is { } step)
        {
            step.Scheduler.WaitForCancellations(step);
        }
    }

    /// <summary>Runs code in which the runtime keeps others waiting.</summary>
    internal static T Uninterrupted<T>(Func<T> code)
    {
        Access();
        if (ControlledScheduler.Running is not { } step)
        {
            return code();
        }

        step.Uninterruptible++;
        try
        {
            return code();
        }
        finally
        {
            step.Uninterruptible--;
        }
    }

    /// <summary>In place of <see cref="Task.Run{TResult}(Func{Task{TResult}}, CancellationToken)"/>.</summary>
    public static Task<T> Run<T>(Func<Task<T>> work, CancellationToken cancellationToken) =>
        ControlledScheduler.Running is { } step
            ? Task.Factory.StartNew(work, cancellationToken, TaskCreationOptions.DenyChildAttach, step.Scheduler).Unwrap()
            : Task.Run(work, cancellationToken);

    /// <summary>In place of <see cref="Task.Run{TResult}(Func{Task{TResult}})"/>.</summary>
    public static Task<T> Run<T>(Func<Task<T>> work) => Run(work, CancellationToken.None);

    /// <summary>In place of <see cref="Task.Run(Func{Task}, CancellationToken)"/>.</summary>
    public static Task Run(Func<Task> work, CancellationToken cancellationToken) =>
        ControlledScheduler.Running is { } step
            ? Task.Factory.StartNew(work, cancellationToken, TaskCreationOptions.DenyChildAttach, step.Scheduler).Unwrap()
            : Task.Run(work, cancellationToken);

    /// <summary>In place of <see cref="Task.Run(Func{Task})"/>.</summary>
    public static Task Run(Func<Task> work) => Run(work, CancellationToken.None);

    private static void Wait(Func<bool> tryEnter, Action exit)
    {
        if (ControlledScheduler.Running is not { } step)
        {
            return;
        }

        Access();
        while (!tryEnter())
        {
            step.Scheduler.Block(step);
        }

        exit();
    }
}

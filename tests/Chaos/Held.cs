using System.Collections;
using System.Diagnostics;
using System.Globalization;
using System.Reflection;

namespace WorkloadIdentity.Chaos;

/// <summary>What the process holds.</summary>
/// <param name="Bytes">The managed memory that is in use.</param>
/// <param name="Handles">Open files and sockets.</param>
/// <param name="Threads">Of the operating system.</param>
/// <param name="Timers">Timers that are set.</param>
/// <param name="Tasks">Tasks and asynchronous methods that have begun and not ended.</param>
internal readonly record struct Held(long Bytes, int Handles, int Threads, long Timers, int Tasks)
{
    // Tables that have grown (a dictionary keeps its size), connections and their buffers. Measured: up to 0.4 MB.
    private const long MoreBytes = 1024 * 1024;

    // Idle connections: the client and the server are in this process, so that each has two handles. Each waits with a few tasks and a
    // timer.
    private const int MoreHandles = 60;
    private const int MoreTimers = 16;
    private const int MoreTasks = 150;

    // The thread pool gives its threads back after 20 s without work.
    private const int MoreThreads = 16;

    /// <summary>Lets the runtime count tasks, as it does for a debugger. Tasks that began before are not counted.</summary>
    public static void CountTasks() => FieldOfTask("s_asyncDebuggingEnabled").SetValue(null, true);

    public static Held Now()
    {
        using var process = Process.GetCurrentProcess();
        var tasks = (ICollection?)FieldOfTask("s_currentActiveTasks").GetValue(null);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return new Held(
            GC.GetTotalMemory(forceFullCollection: true), process.HandleCount, process.Threads.Count, Timer.ActiveCount, tasks?.Count ?? 0);
    }

    /// <summary>What is held more than before, and more than tables and connections explain; null when nothing is.</summary>
    /// <param name="before">What was held then.</param>
    /// <param name="explained">Bytes that are explained beyond that.</param>
    public string? GrownSince(Held before, long explained)
    {
        var allowed = before.Bytes + MoreBytes + explained;
        return Bytes > allowed ? Invariant($"memory grew from {before.Bytes:N0} to {Bytes:N0} bytes; {allowed:N0} are explained")
            : Handles > before.Handles + MoreHandles ? Invariant($"handles grew from {before.Handles} to {Handles}")
            : Threads > before.Threads + MoreThreads ? Invariant($"threads grew from {before.Threads} to {Threads}")
            : Timers > before.Timers + MoreTimers ? Invariant($"timers grew from {before.Timers} to {Timers}")
            : Tasks > before.Tasks + MoreTasks ? Invariant($"tasks grew from {before.Tasks} to {Tasks}")
            : null;
    }

    public override string ToString() =>
        Invariant($"{Bytes,9:N0} bytes, {Handles} handles, {Threads} threads, {Timers} timers, {Tasks} tasks");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static FieldInfo FieldOfTask(string name) => typeof(Task).GetField(name, BindingFlags.NonPublic | BindingFlags.Static)
        ?? throw new InvalidOperationException($"This runtime has no Task.{name}, so unfinished tasks cannot be counted.");
}

using System.Diagnostics;
using System.Globalization;
using WorkloadIdentity.Tests;

// How many requests an inventory takes, how many throttled answers it causes, and how much memory it needs: against the emulator's Graph,
// which enforces Graph's limits, beside a client that asks six questions about each identity.
if (args is [Memory.ServerVerb, var size])
{
    await Memory.ServeAsync(int.Parse(size, CultureInfo.InvariantCulture));
    return 0;
}

if (args is [Memory.ClientVerb, var access])
{
    await Memory.ReadAsync(access);
    return 0;
}

if (Settings.Parse(args) is not { } settings)
{
    Console.Error.WriteLine(Settings.Usage);
    return 2;
}

Console.WriteLine(
    "| service principals | requests | second run | throttled | time on Graph's clock | naive requests | naive throttled | memory |");
Console.WriteLine("|---:|---:|---:|---:|---:|---:|---:|---:|");
var failures = new List<string>();
foreach (var each in settings.Sizes)
{
    var started = Stopwatch.GetTimestamp();
    var measured = await Measurement.TakeAsync(each, runsNaive: each <= settings.Naive);
    long? memory = settings.Memory is not null ? await Memory.MeasureAsync(each) : null;
    failures.AddRange(measured.Failures());
    if (memory / 1024 / 1024 > settings.Memory)
    {
        failures.Add($"{each}: {memory / 1024 / 1024} MB of memory, more than {settings.Memory}");
    }

    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"| {each:N0} | {measured.Requests:N0} | {measured.SecondRun:N0} | {measured.Throttled:N0} | {measured.Time:hh\\:mm\\:ss} | "
        + $"{measured.NaiveRequests:N0} | {(measured.NaiveThrottled is { } throttled ? $"{throttled:N0}" : "not run")} | "
        + $"{(memory is { } bytes ? $"{bytes / 1024 / 1024:N0} MB" : "")} |"));
    Console.Error.WriteLine($"{each}: {Stopwatch.GetElapsedTime(started).TotalSeconds:0} s");
}

foreach (var failure in failures)
{
    Console.WriteLine($"FAILED {failure}");
}

return failures.Count == 0 ? 0 : 1;

using Benchmarks;

// dotnet run -c Release --project tests/Benchmarks -- NAME [SIZE], or -- report [NAME…], which writes the sections of docs/benchmarks.md.
var choice = Choice.Read(args);
var size = choice?.Size;
(string Name, Func<Task<Finding>> Run)[] benchmarks =
[
    ("hit", CachedHit.RunAsync),
    ("keys", ManyKeys.RunAsync),
    ("tenants", ManyTenants.RunAsync),
    ("threads", Threads.RunAsync),
    ("handler", HandlerOverhead.RunAsync),
    ("stampede", Stampede.RunAsync),
    ("refresh", RefreshUnderLoad.RunAsync),
    ("outage", Outage.RunAsync),
    ("fill", Fill.RunAsync),
    ("bound", Bound.RunAsync),
    ("million", () => MillionTenants.RunAsync(size ?? MillionTenants.Tenants)),
    ("users", () => ManyUsers.RunAsync(size ?? ManyUsers.Users)),
    ("minute", () => RefreshInOneMinute.RunAsync(size ?? RefreshInOneMinute.Tokens)),
    ("startup", FirstTokenTime.RunAsync),
    ("readytorun", FirstTokenTime.RunReadyToRunAsync),
    ("host", HostStart.RunAsync),
    ("size", PublishedSize.RunAsync),
    ("native", NativeProgram.RunAsync),
];

if (choice is { Name: "report" } && choice.Reported.All(name => benchmarks.Any(benchmark => benchmark.Name == name)))
{
    await Report.WriteAsync(benchmarks, choice.Reported);
    return 0;
}

if (Array.Find(benchmarks, benchmark => benchmark.Name == choice?.Name) is not { Run: { } run })
{
    Console.Error.WriteLine(
        $"Name one: {string.Join(", ", benchmarks.Select(benchmark => benchmark.Name))}; or report, for all or for those named behind it. "
            + "million, users and minute take a size, to try them with a smaller one.");
    return 2;
}

var finding = await run();
await Report.DrawAsync(choice!.Name, finding, ".artifacts");
Console.WriteLine(finding);
return 0;

using System.Globalization;
using Benchmarks;

// dotnet run -c Release --project tests/Benchmarks -- NAME [SIZE], or -- report for all of them and docs/benchmarks.md.
int? size = args is [_, var text] ? int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture) : null;
(string Name, Func<Task<Finding>> Run)[] benchmarks =
[
    ("hit", CachedHit.RunAsync),
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
    ("size", PublishedSize.RunAsync),
    ("native", NativeProgram.RunAsync),
];

if (args is ["report"])
{
    await Report.WriteAsync(benchmarks);
    return 0;
}

if (args is not [var name, ..] || Array.Find(benchmarks, benchmark => benchmark.Name == name) is not { Run: { } run })
{
    Console.Error.WriteLine(
        $"Name one: {string.Join(", ", benchmarks.Select(benchmark => benchmark.Name))}; or report, for all. "
            + "million, users and minute take a size, to try them with a smaller one.");
    return 2;
}

Console.WriteLine(await run());
return 0;

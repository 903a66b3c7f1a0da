using BenchmarkDotNet.Running;
using Benchmarks;

// dotnet run -c Release --project tests/Benchmarks -- hit | tenants | handler | stampede | fill
switch (args)
{
    case ["hit"]:
        BenchmarkRunner.Run<CachedHit>();
        return 0;
    case ["tenants"]:
        BenchmarkRunner.Run<ManyTenants>();
        return 0;
    case ["handler"]:
        Console.WriteLine(await HandlerOverhead.RunAsync());
        return 0;
    case ["stampede"]:
        Console.WriteLine(await Stampede.RunAsync());
        return 0;
    case ["fill"]:
        Console.WriteLine(await Fill.RunAsync());
        return 0;
    default:
        Console.Error.WriteLine("Name one: hit, tenants, handler, stampede, fill.");
        return 2;
}

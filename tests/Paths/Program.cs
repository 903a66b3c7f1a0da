using WorkloadIdentity.Paths;

// Prints which files a request visits, as a Markdown table: dotnet run --project tests/Paths -- [--assembly WorkloadIdentity.dll] [--trace]
var assembly = Option("--assembly") ?? Path.Combine(AppContext.BaseDirectory, "WorkloadIdentity.dll");
var trace = Array.IndexOf(args, "--trace") >= 0;
var paths = await TracedAssembly.RunAsync(assembly);
Console.WriteLine("| Path | Files | Moves | Returns | Calls |");
Console.WriteLine("|---|---:|---:|---:|---:|");
foreach (var path in paths)
{
    Console.WriteLine($"| {path.Name} | {path.Files.Count} | {path.Moves.Count} | {path.Returns.Count} | {path.Calls} |");
}

foreach (var path in trace ? paths : [])
{
    Console.WriteLine($"\n{path.Name}\n");
    foreach (var move in path.Moves)
    {
        Console.WriteLine($"    {(move.IsReturn ? "<-" : "->")} {move.From} calls {move.To} ({move.Method})");
    }
}

string? Option(string name) => Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : null;

using WorkloadIdentity.Paths;

// Prints which files a request visits, as a Markdown table:
// dotnet run --project tests/Paths -- [--assembly WorkloadIdentity.dll] [--trace] [--write PAGE | --check PAGE]
var paths = await TracedAssembly.RunAsync(Option("--assembly") ?? Path.Combine(AppContext.BaseDirectory, "WorkloadIdentity.dll"));
var written = Option("--write");
if (written is not null)
{
    PathsPage.Write(written, paths);
}

if ((Option("--check") ?? written) is { } page && PathsPage.Check(page, paths) is { Count: > 0 } problems)
{
    Console.Error.WriteLine(string.Join('\n', problems));
    return 1;
}

Console.WriteLine("| Path | Files | Moves | Returns | Calls |");
Console.WriteLine("|---|---:|---:|---:|---:|");
foreach (var path in paths)
{
    Console.WriteLine($"| {path.Name} | {path.Files.Count} | {path.Moves.Count} | {path.Returns.Count} | {path.Calls} |");
}

foreach (var path in Array.IndexOf(args, "--trace") >= 0 ? paths : [])
{
    Console.WriteLine($"\n{path.Name}\n");
    foreach (var move in path.Moves)
    {
        Console.WriteLine($"    {(move.IsReturn ? "<-" : "->")} {move.From} calls {move.To} ({move.Method})");
    }
}

return 0;

string? Option(string name) => Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : null;

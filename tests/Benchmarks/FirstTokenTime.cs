namespace Benchmarks;

/// <summary>Process start to first token without a network: compiled just in time, and published with its libraries compiled.</summary>
internal static class FirstTokenTime
{
    private const int Rounds = 15;
    private static readonly string[] Kinds = ["secret", "managed-identity"];

    /// <summary>The program as <c>dotnet build</c> leaves it.</summary>
    public static async Task<Finding> RunAsync()
    {
        var package = await Programs.PackAsync();
        var programs = new Dictionary<string, string[]>();
        foreach (var library in Programs.Libraries)
        {
            programs.Add(library, ["dotnet", await Programs.BuildAsync(library, package)]);
        }

        var (table, ratios, bars) = await MeasureAsync(programs);
        return new Finding(
            "Process start to first token",
            $"The time from start to end of the process `dotnet Startup.dll`, in {Rounds} alternating rounds. The bare program uses "
                + "`HttpClient`, a form and `JsonDocument`. The endpoint is in the process. The last column counts the methods that the "
                + "process compiles. Each library is referenced as a package.",
            Table(table),
            [.. ratios.Select(found =>
                new Goal($"at most 1.5 times the bare program with {found.Kind}: {found.Ratio:0.00}", found.Ratio <= 1.5))])
        {
            InTheWay = "just-in-time compilation. The framework is compiled ahead of time, and a library is not.",
            Note = "The package has compiled code ([ADR 0012](decisions/0012-compiled-code-in-the-package.md)). What is left are mostly "
                + "generic methods of the framework for asynchronous methods of ours.",
            Pictures = [Picture.OfBars("time", "Process start to first token", "ms", bars)],
        };
    }

    /// <summary>The program published with <c>PublishReadyToRun</c>.</summary>
    public static async Task<Finding> RunReadyToRunAsync()
    {
        var table = new List<string>();
        var goals = new List<Goal>();
        var package = await Programs.PackAsync();
        foreach (var trimmed in (bool[])[false, true])
        {
            var programs = new Dictionary<string, string[]>();
            foreach (var library in Programs.Libraries)
            {
                programs.Add(library, await Programs.PublishReadyToRunAsync(library, trimmed, package));
            }

            var form = trimmed ? "trimmed" : "framework-dependent";
            var (rows, ratios, _) = await MeasureAsync(programs);
            table.AddRange(rows.Select(row => $"| {form} {row}"));
            goals.AddRange(ratios.Select(found =>
                new Goal($"at most 1.3 times the bare program, {form}, with {found.Kind}: {found.Ratio:0.00}", found.Ratio <= 1.3)));
        }

        return new Finding(
            "Process start to first token, published with PublishReadyToRun",
            "The same programs, published with their libraries compiled ahead of time: framework-dependent, and self-contained with "
                + "`TrimMode` full.",
            Table(table, "| published "),
            goals)
        {
            InTheWay = "just-in-time compilation of generic methods of the framework, of which it has no compiled code for the types of "
                + "a library. On 2026-11-27 the framework-dependent program compiled 136 methods more with a secret than the bare one: "
                + "79 of the builders of asynchronous methods, for state machines of ours (about 12 for each method that waits), 55 other "
                + "generic methods of the framework, and one of ours.",
        };
    }

    private static async Task<(List<string> Rows, List<(string Kind, double Ratio)> Ratios, List<(string, string, double)> Bars)>
        MeasureAsync(Dictionary<string, string[]> programs)
    {
        var bars = new List<(string, string, double)>();
        var rows = new List<string>();
        var ratios = new List<(string Kind, double Ratio)>();
        foreach (var kind in Kinds)
        {
            var times = programs.ToDictionary(program => program.Key, _ => new List<double>());

            // Alternating, so that other work on the machine slows all of them alike. The first run of each reads its files from the disk
            // and does not count.
            for (var round = 0; round <= Rounds; round++)
            {
                foreach (var (library, command) in programs)
                {
                    var time = await Programs.RunAsync(command[0], [.. command[1..], kind]);
                    if (round > 0)
                    {
                        times[library].Add(time.TotalMilliseconds);
                    }
                }
            }

            var bare = Median(times["Bare"]);
            foreach (var (library, command) in programs)
            {
                var compiled = await Programs.CountCompiledAsync([.. command, kind]);
                rows.Add(FormattableString.Invariant(
                    $"| {kind} | {library} | {Median(times[library]):N0} ms | {Median(times[library]) / bare:0.00} | {compiled} |"));
            }

            bars.AddRange(times.Select(time => (kind, time.Key, Median(time.Value))));
            ratios.Add((kind, Median(times["WorkloadIdentity"]) / bare));
        }

        return (rows, ratios, bars);
    }

    private static List<string> Table(List<string> rows, string more = "") =>
    [
        $"{more}| credential | program | median | times the bare program | methods compiled |",
        $"{(more.Length == 0 ? "" : "|---")}|---|---|---|---|---|",
        .. rows,
    ];

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}

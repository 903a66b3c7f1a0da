using System.Globalization;
using System.Runtime.InteropServices;

namespace Benchmarks;

/// <summary>Runs benchmarks twice each and writes their sections of the page.</summary>
internal static class Report
{
    /// <param name="benchmarks">All of them, in the order of the page.</param>
    /// <param name="names">Those to run; none means all.</param>
    public static async Task WriteAsync((string Name, Func<Task<Finding>> Run)[] benchmarks, IReadOnlyList<string> names)
    {
        var file = Path.Combine(Repository.Root, "docs/benchmarks.md");
        foreach (var (name, run) in benchmarks.Where(benchmark => names.Count == 0 || names.Contains(benchmark.Name)))
        {
            var (started, load) = (TimeProvider.System.GetTimestamp(), await LoadAsync());
            var first = await RunAsync(run);
            var finding = first.And(await RunAsync(run));
            Console.WriteLine($"{finding}\n");
            await DrawAsync(name, finding, "docs");
            var section = string.Join("\n\n", finding.Pictures.Select(picture => $"![{picture.Title}]({FileOf(name, picture)})")
                .Prepend(finding.ToString())
                .Append(string.Create(
                    CultureInfo.InvariantCulture,
                    $"Measured on {TimeProvider.System.GetUtcNow():yyyy-MM-dd}, "
                        + $"in {TimeProvider.System.GetElapsedTime(started).TotalMinutes:0.0} minutes{load}.")));

            // Written after each benchmark, so that one that fails takes no figures with it.
            var page = BenchmarksPage.Read(await File.ReadAllTextAsync(file)).With(name, section);
            await File.WriteAllTextAsync(file, page.Write(Beginning(page.Goals), benchmarks.Select(benchmark => benchmark.Name)));
        }
    }

    private static string Beginning((int Reached, int All) goals) => string.Join('\n',
    [
        "# Benchmarks",
        "",
        "`dotnet run -c Release --project tests/Benchmarks -- report` writes this page. With names behind it, it writes their sections.",
        "To run one benchmark and change nothing, write its name in place of `report`.",
        "",
        "The peers run in the same process against the same in-memory endpoint, which issues tokens of 1,460 characters. Times depend",
        "on the machine, so compare only within one section. Each benchmark ran twice. Where the two figures differ by more than 20 %,",
        "both are printed.",
        "",
        $"{Environment.ProcessorCount} cores ({Machine()}), {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}.",
        $"Microsoft.Identity.Client (MSAL) {Peers.MsalVersion}, Azure.Identity {Peers.AzureIdentityVersion}.",
        "",
        $"{goals.Reached} of {goals.All} goals reached.",
    ]);

    /// <summary>Writes the pictures of one benchmark.</summary>
    public static async Task DrawAsync(string name, Finding finding, string folder)
    {
        foreach (var picture in finding.Pictures)
        {
            var file = Path.Combine(Directory.CreateDirectory(Path.Combine(Repository.Root, folder)).FullName, FileOf(name, picture));
            await File.WriteAllTextAsync(file, picture.Svg);
        }
    }

    private static string FileOf(string name, Picture picture) => $"benchmarks-{name}-{picture.Name}.svg";

    private static async Task<Finding> RunAsync(Func<Task<Finding>> run)
    {
        var finding = await run();

        // The next run does not collect what this one leaves behind.
        GC.Collect();
        return finding;
    }

    /// <summary>How busy the machine was in the minute before.</summary>
    private static async Task<string> LoadAsync() =>
        File.Exists("/proc/loadavg")
            ? $", after a minute with a load average of {(await File.ReadAllTextAsync("/proc/loadavg")).Split(' ')[0]}"
            : "";

    private static string Machine() =>
        File.Exists("/proc/cpuinfo")
            && File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal)) is { } model
            ? model[(model.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim()
            : RuntimeInformation.ProcessArchitecture.ToString();
}

using System.Globalization;
using System.Runtime.InteropServices;

namespace Benchmarks;

/// <summary>Runs every benchmark twice and writes the page of what was found.</summary>
internal static class Report
{
    public static async Task WriteAsync((string Name, Func<Task<Finding>> Run)[] benchmarks)
    {
        var started = TimeProvider.System.GetTimestamp();
        var findings = new List<(string Name, Finding Finding)>();
        foreach (var (name, run) in benchmarks)
        {
            var first = await RunAsync(run);
            var finding = first.And(await RunAsync(run));
            Console.WriteLine($"{finding}\n");
            findings.Add((name, finding));
        }

        var busy =
            File.Exists("/proc/loadavg")
                ? $" Load average at the end, this run included: {string.Join(
                    ' ', (await File.ReadAllTextAsync("/proc/loadavg")).Split(' ')[..3])}."
                : "";
        var goals = findings.SelectMany(found => found.Finding.Goals).ToList();
        var page = new List<string>
        {
            "# Benchmarks",
            "",
            "`dotnet run -c Release --project tests/Benchmarks -- report` writes this page. To run one benchmark, write its name in place",
            "of `report`. The peers run in the same process against the same in-memory endpoint, which issues tokens of 1,460 characters.",
            "Times depend on the machine, so compare only within one run. Each benchmark ran twice. Where the two figures differ by more",
            "than 20 %, both are printed.",
            "",
            string.Create(
                CultureInfo.InvariantCulture,
                $"{TimeProvider.System.GetUtcNow():yyyy-MM-dd}, {Environment.ProcessorCount} cores ({Machine()}), "
                    + $"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}; took "
                    + $"{TimeProvider.System.GetElapsedTime(started).TotalMinutes:0.0} minutes.{busy}"),
            $"Microsoft.Identity.Client (MSAL) {Peers.MsalVersion}, Azure.Identity {Peers.AzureIdentityVersion}.",
            "",
            $"{goals.Count(goal => goal.IsMet)} of {goals.Count} goals reached.",
            "",
        };
        foreach (var (name, finding) in findings)
        {
            page.Add($"<a id=\"{name}\"></a>");
            page.Add(finding.ToString());
            page.Add("");
            await DrawAsync(name, finding, "docs");
            page.AddRange(finding.Pictures.SelectMany(picture => (string[])[$"![{picture.Title}]({FileOf(name, picture)})", ""]));
        }

        await File.WriteAllTextAsync(Path.Combine(Repository.Root, "docs/benchmarks.md"), string.Join('\n', page).TrimEnd() + "\n");
    }

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

    private static string Machine() =>
        File.Exists("/proc/cpuinfo")
            && File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal)) is { } model
            ? model[(model.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim()
            : RuntimeInformation.ProcessArchitecture.ToString();
}

using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Benchmarks;

/// <summary>
/// The small programs of <c>Startup/</c>, <c>HostStart/</c> and <c>Native/</c>: built, published and run as processes of their own.
/// </summary>
internal static partial class Programs
{
    public static IReadOnlyList<string> Libraries { get; } = ["Bare", "WorkloadIdentity", "Msal", "AzureIdentity"];

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(20);

    /// <summary>
    /// Packs the library as a release does, and returns the arguments with which the programs reference that package.
    /// </summary>
    public static async Task<string[]> PackAsync()
    {
        const string version = "0.0.1-benchmark";
        var folder = Path.Combine(Repository.Root, ".artifacts/startup/packed");
        await RunAsync(
            "dotnet",
            "pack", "src/WorkloadIdentity", "--nologo", "-v", "quiet", "-c", "Release", "-o", folder, "-p:PackReadyToRun=true",
            "-p:RunAnalyzers=false", "-p:MinVerSkip=true", $"-p:Version={version}");

        // NuGet keeps what it has unpacked under this version.
        var (_, packages) = await RunAsync(new ProcessStartInfo("dotnet", ["nuget", "locals", "global-packages", "--list"]));
        var unpacked = Path.Combine(packages[(packages.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim(), "workloadidentity", version);
        if (Directory.Exists(unpacked))
        {
            Directory.Delete(unpacked, recursive: true);
        }

        return [$"-p:PackageFolder={folder}", $"-p:PackageVersion={version}"];
    }

    /// <summary>Builds the program of <paramref name="library"/>; its path.</summary>
    public static async Task<string> BuildAsync(string library, params IEnumerable<string> arguments)
    {
        await DotnetAsync("build", library, ["-c", "Release", .. arguments]);
        return Path.Combine(Output(library), "bin/Startup/release/Startup.dll");
    }

    /// <summary>Builds the host of <paramref name="library"/>; its path.</summary>
    public static async Task<string> BuildHostAsync(string library, params IEnumerable<string> arguments)
    {
        await RunAsync(
            "dotnet",
            [
                "build", "tests/Benchmarks/HostStart/HostStart.csproj", "--nologo", "-v", "quiet", "-c", "Release", $"-p:Library={library}",
                "-p:RunAnalyzers=false", .. arguments,
            ]);
        return Path.Combine(Repository.Root, ".artifacts/hoststart", library, "bin/HostStart/release/HostStart.dll");
    }

    /// <summary>Publishes it self-contained and trimmed in full, for managed identity alone; the folder.</summary>
    public static async Task<string> PublishAsync(string library)
    {
        var folder = Path.Combine(Output(library), "trimmed");
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        await DotnetAsync(
            "publish",
            library,
            "-c",
            "Release",
            "--use-current-runtime",
            "-p:PublishTrimmed=true",
            "-p:OnlyManagedIdentity=true",
            "-o",
            folder);
        return folder;
    }

    /// <summary>Publishes it with its libraries compiled ahead of time; what runs it.</summary>
    public static async Task<string[]> PublishReadyToRunAsync(string library, bool trimmed, params IEnumerable<string> arguments)
    {
        var folder = Path.Combine(Output(library), trimmed ? "readytorun-trimmed" : "readytorun");
        await DotnetAsync(
            "publish",
            library,
            [
                "-c", "Release", "--use-current-runtime", "--self-contained", trimmed ? "true" : "false",
                $"-p:PublishTrimmed={(trimmed ? "true" : "false")}", "-p:PublishReadyToRun=true", "-o", folder, .. arguments,
            ]);
        return trimmed
            ? [Path.Combine(folder, OperatingSystem.IsWindows() ? "Startup.exe" : "Startup")]
            : ["dotnet", Path.Combine(folder, "Startup.dll")];
    }

    /// <summary>How many methods the program compiles just in time.</summary>
    public static async Task<int> CountCompiledAsync(params string[] command)
    {
        var list = Path.GetTempFileName();
        try
        {
            var start = new ProcessStartInfo(command[0], command[1..]);
            start.Environment["DOTNET_JitStdOutFile"] = list;
            start.Environment["DOTNET_JitDisasmSummary"] = "1";

            // No method is compiled a second time in the background: that thread may still write its list when the program has ended.
            start.Environment["DOTNET_TC_CallCounting"] = "0";
            await RunAsync(start);
            return (await File.ReadAllLinesAsync(list)).Length;
        }
        finally
        {
            File.Delete(list);
        }
    }

    /// <summary>Publishes the program of <c>Native/</c>; where it is, and how many warnings the compilers gave.</summary>
    public static async Task<(string Program, int Warnings)> PublishNativeAsync(string library)
    {
        // Each library has intermediate files of its own. Without old ones, every warning is given.
        var own = Path.Combine(Repository.Root, ".artifacts/native", library);
        if (Directory.Exists(own))
        {
            Directory.Delete(own, recursive: true);
        }

        var folder = Path.Combine(own, "published");
        var (_, output) = await RunAsync(new ProcessStartInfo(
            "dotnet",
            [
                "publish", "tests/Benchmarks/Native/Native.csproj", "--nologo", "-c", "Release", "--use-current-runtime",
                $"-p:Library={library}", $"-p:ArtifactsPath={own}", "-p:RunAnalyzers=false", "-o", folder,
            ]));
        var warnings = TrimWarning().Matches(output).Select(warning => warning.Value).Distinct().Count();
        return (Path.Combine(folder, OperatingSystem.IsWindows() ? "FirstToken.exe" : "FirstToken"), warnings);
    }

    /// <summary>Runs a program to its end; how long that took.</summary>
    /// <exception cref="InvalidOperationException">It failed, or took too long.</exception>
    public static async Task<TimeSpan> RunAsync(string program, params IEnumerable<string> arguments) =>
        (await RunAsync(new ProcessStartInfo(program, arguments))).Time;

    /// <inheritdoc cref="RunAsync(string, IEnumerable{string})"/>
    public static async Task<(TimeSpan Time, string Output)> RunAsync(ProcessStartInfo start)
    {
        (start.RedirectStandardOutput, start.WorkingDirectory) = (true, Repository.Root);
        using var limit = new CancellationTokenSource(Limit, TimeProvider.System);
        var started = TimeProvider.System.GetTimestamp();
        using var process = Process.Start(start)!;
        var called = $"{start.FileName} {string.Join(' ', start.ArgumentList)}";
        try
        {
            var output = await process.StandardOutput.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            var time = TimeProvider.System.GetElapsedTime(started);
            return process.ExitCode == 0
                ? (time, output)
                : throw new InvalidOperationException($"{called} ended with exit code {process.ExitCode}:\n{output}");
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new InvalidOperationException($"{called} took longer than {Limit}.");
        }
    }

    private static string Output(string library) => Path.Combine(Repository.Root, ".artifacts/startup", library);

    private static Task<TimeSpan> DotnetAsync(string command, string library, params IEnumerable<string> arguments) =>
        RunAsync(
            "dotnet",
            [command, "tests/Benchmarks/Startup/Startup.csproj", "--nologo", "-v", "quiet", $"-p:Library={library}", .. arguments]);

    [GeneratedRegex(@"^.*warning (IL|AOT)\d+:.*$", RegexOptions.Multiline)]
    private static partial Regex TrimWarning();
}

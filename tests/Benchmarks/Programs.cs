using System.Diagnostics;

namespace Benchmarks;

/// <summary>The small programs of <c>Startup/</c>: built, published and run as processes of their own.</summary>
internal static class Programs
{
    public static IReadOnlyList<string> Libraries { get; } = ["Bare", "WorkloadIdentity", "Msal", "AzureIdentity"];

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    /// <summary>Builds the program of <paramref name="library"/>; its path.</summary>
    public static async Task<string> BuildAsync(string library)
    {
        await DotnetAsync("build", library, "-c", "Release");
        return Path.Combine(Output(library), "bin/Startup/release/Startup.dll");
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

    /// <summary>Runs a program to its end; how long that took.</summary>
    /// <exception cref="InvalidOperationException">It failed, or took too long.</exception>
    public static async Task<TimeSpan> RunAsync(string program, params IEnumerable<string> arguments)
    {
        using var limit = new CancellationTokenSource(Limit, TimeProvider.System);
        var started = TimeProvider.System.GetTimestamp();
        using var process =
            Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, WorkingDirectory = Repository.Root })!;
        try
        {
            var output = await process.StandardOutput.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            var time = TimeProvider.System.GetElapsedTime(started);
            return process.ExitCode == 0
                ? time
                : throw new InvalidOperationException(
                    $"{program} {string.Join(' ', arguments)} ended with exit code {process.ExitCode}:\n{output}");
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} took longer than {Limit}.");
        }
    }

    private static string Output(string library) => Path.Combine(Repository.Root, ".artifacts/startup", library);

    private static Task<TimeSpan> DotnetAsync(string command, string library, params IEnumerable<string> arguments) =>
        RunAsync(
            "dotnet",
            [command, "tests/Benchmarks/Startup/Startup.csproj", "--nologo", "-v", "quiet", $"-p:Library={library}", .. arguments]);
}

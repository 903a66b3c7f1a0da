using System.Diagnostics;

namespace Pages.Tests;

/// <summary>A program that reads a file and says what is wrong with it.</summary>
internal static class CheckingProgram
{
    // Nothing takes this long; a machine with other work on it fits in.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <summary>
    /// Runs it over a file that holds <paramref name="text"/>, whose path is its last argument. Empty when it ends with 0 and writes
    /// nothing to its standard error; otherwise what it wrote.
    /// </summary>
    public static async Task<string> ProblemsAsync(string executable, string folder, string name, string text, params string[] arguments)
    {
        var files = Directory.CreateTempSubdirectory("pages-");
        try
        {
            var file = Path.Combine(files.FullName, name);
            await File.WriteAllTextAsync(file, text);
            var (code, output, error) = await RunAsync(executable, folder, [.. arguments, file]);
            return code == 0 && error.Length == 0 ? "" : $"{output}{error}(exit code {code})";
        }
        finally
        {
            files.Delete(recursive: true);
        }
    }

    public static async Task<(int Code, string Output, string Error)> RunAsync(string executable, string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo(executable, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var patience = new CancellationTokenSource(Limit, TimeProvider.System);
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(patience.Token);
            var error = process.StandardError.ReadToEndAsync(patience.Token);
            await process.WaitForExitAsync(patience.Token);
            return (process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{executable} took longer than {Limit}.");
        }
    }
}

using System.Diagnostics;

namespace WorkloadIdentity.IntegrationTests;

/// <summary>
/// A program of Node.js with its output at hand. It is told to end by the end of its input, and ended if it does not listen.
/// </summary>
internal sealed class NodeProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task<string> _complaints;

    private NodeProcess(Process process)
    {
        _process = process;
        _complaints = process.StandardError.ReadToEndAsync();
    }

    public static NodeProcess Start(string executable, string folder, params string[] arguments) =>
        Start(executable, folder, new Dictionary<string, string>(), arguments);

    public static NodeProcess Start(
        string executable, string folder, IReadOnlyDictionary<string, string> variables, params string[] arguments)
    {
        var start = new ProcessStartInfo(executable, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        return new NodeProcess(Process.Start(start) ?? throw new InvalidOperationException($"{executable} did not start."));
    }

    public async Task SendLineAsync(string line, CancellationToken cancellationToken)
    {
        await _process.StandardInput.WriteLineAsync(line.AsMemory(), cancellationToken);
        await _process.StandardInput.FlushAsync(cancellationToken);
    }

    /// <summary>The next line that <paramref name="wanted"/> accepts; others are passed over.</summary>
    public async Task<string> ReadLineAsync(Func<string, bool> wanted, CancellationToken cancellationToken)
    {
        while (await _process.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
        {
            if (wanted(line))
            {
                return line;
            }
        }

        throw new InvalidOperationException(
            $"{Command} ended before it was ready:{Environment.NewLine}{await _complaints.WaitAsync(cancellationToken)}");
    }

    /// <summary>Waits for a program that ends by itself.</summary>
    public async Task FinishAsync(CancellationToken cancellationToken)
    {
        var output = await _process.StandardOutput.ReadToEndAsync(cancellationToken);
        await _process.WaitForExitAsync(cancellationToken);
        if (_process.ExitCode != 0)
        {
            throw new InvalidOperationException(
                $"{Command} ended with code {_process.ExitCode}:{Environment.NewLine}{output}{await _complaints.WaitAsync(
                    cancellationToken)}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10), TimeProvider.System);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    private string Command => $"{_process.StartInfo.FileName} {string.Join(' ', _process.StartInfo.ArgumentList)}";
}

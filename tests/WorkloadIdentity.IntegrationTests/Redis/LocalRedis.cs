using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using PostgresSample;

namespace WorkloadIdentity.IntegrationTests;

/// <summary>
/// This machine's own Redis, empty, in a temporary folder, on a free port of the loopback address. It ends when it is disposed, and when
/// the process that started it is gone.
/// </summary>
internal sealed class LocalRedis : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);

    // $1 the program, $2 the port. The end of the input is the end of the server, stopped or not, and of all it wrote.
    private const string Script = """
        folder=$(mktemp -d /tmp/wi-redis.XXXXXX)
        trap 'rm -rf "$folder"' EXIT
        "$1" --bind 127.0.0.1 --port "$2" --dir "$folder" --save '' --appendonly no --logfile "$folder/log" </dev/null >/dev/null 2>&1 &
        server=$!
        echo $server
        cat >/dev/null
        kill -KILL $server 2>/dev/null
        wait $server 2>/dev/null
        true
        """;

    private Process _process = null!;
    private string _serverId = "";

    private LocalRedis(int port) => Port = port;

    /// <summary>The full path of <c>redis-server</c>; null when there is none.</summary>
    public static string? Program { get; } =
        new[] { "/usr/bin", "/usr/local/bin", "/opt/homebrew/bin" }.Select(folder => Path.Combine(folder, "redis-server"))
            .FirstOrDefault(File.Exists);

    public static string HowToInstall =>
        "Redis is not on this machine. Install it (Debian, Ubuntu: apt-get install redis-server) and run this again.";

    /// <summary>On 127.0.0.1. It stays the same over <see cref="StartAgainAsync"/>.</summary>
    public int Port { get; }

    /// <exception cref="InvalidOperationException">It did not start.</exception>
    public static async Task<LocalRedis> StartAsync()
    {
        var redis = new LocalRedis(FreePort.Find());
        await redis.StartAgainAsync();
        return redis;
    }

    /// <summary>Another server on the same port, as empty as the first was.</summary>
    public async Task StartAgainAsync()
    {
        var program = Program ?? throw new InvalidOperationException(HowToInstall);
        var start = new ProcessStartInfo("sh") { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var argument in (string[])["-c", Script, "sh", program, Port.ToString(CultureInfo.InvariantCulture)])
        {
            start.ArgumentList.Add(argument);
        }

        _process?.Dispose();
        _process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(StartLimit, TimeProvider.System);
        try
        {
            _serverId =
                await _process.StandardOutput.ReadLineAsync(patience.Token)
                    ?? throw new InvalidOperationException("Redis could not be started.");
            await UntilReadyAsync(patience.Token);
        }
        catch
        {
            await StopScriptAsync();
            throw;
        }
    }

    /// <summary>Ends it as a crash does.</summary>
    public async Task KillAsync()
    {
        await SignalAsync("KILL");
        await StopScriptAsync();
    }

    /// <summary>It keeps its connections and answers nothing until <see cref="ResumeAsync"/>.</summary>
    public Task PauseAsync() => SignalAsync("STOP");

    public Task ResumeAsync() => SignalAsync("CONT");

    public async ValueTask DisposeAsync()
    {
        await StopScriptAsync();
        _process.Dispose();
    }

    private async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", ["-" + signal, _serverId]);
        await kill.WaitForExitAsync();
    }

    private async Task StopScriptAsync()
    {
        _process.StandardInput.Close();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20), TimeProvider.System);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
        }
    }

    private async Task UntilReadyAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, Port, cancellationToken);
                await client.GetStream().WriteAsync("PING\r\n"u8.ToArray(), cancellationToken);
                var answer = new byte[7];
                await client.GetStream().ReadExactlyAsync(answer, cancellationToken);
                return;
            }
            catch (Exception exception)
                when (exception is SocketException or IOException && !cancellationToken.IsCancellationRequested && !_process.HasExited)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, cancellationToken);
            }
        }
    }
}

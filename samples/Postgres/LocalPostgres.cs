using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace PostgresSample;

/// <summary>
/// This machine's own PostgreSQL, with a new data folder, on a free port of the loopback address, where it asks for passwords in clear text
/// as Azure's does. It ends when it is disposed, and when the process that started it is gone.
/// </summary>
internal sealed class LocalPostgres : IAsyncDisposable
{
    // A cold disk and a busy machine fit in; it takes about two seconds when all is well.
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(1);

    // initdb and postgres refuse to run as root; the package brings a user for them.
    private const string PostgresUser = "postgres";

    // $1 the folder of the programs, $2 the port. The end of the input is the end of the server, and of all it wrote.
    private const string Script = """
        set -e
        folder=$(mktemp -d /tmp/wi-postgres.XXXXXX)
        trap 'rm -rf "$folder"' EXIT
        cd "$folder"
        "$1/initdb" -D "$folder/data" -U postgres --auth-local=trust --auth-host=password -E UTF8 --no-locale --no-sync \
          >"$folder/log" 2>&1 || { cat "$folder/log" >&2; exit 1; }
        "$1/postgres" -D "$folder/data" -h 127.0.0.1 -p "$2" -k "$folder" -c fsync=off >>"$folder/log" 2>&1 </dev/null &
        server=$!
        echo "$folder"
        cat >/dev/null
        kill -INT $server 2>/dev/null && wait $server || true
        """;

    private readonly Process _process;
    private readonly string _folder;

    private LocalPostgres(Process process, string folder, int port)
    {
        _process = process;
        _folder = folder;
        Port = port;
        Administration = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder
            {
                Host = folder,
                Port = port,
                Username = "postgres",
                Database = "postgres",
                Pooling = false,
            }.ConnectionString);
    }

    /// <summary>The folder of the newest PostgreSQL here; null when there is none.</summary>
    public static string? Programs { get; } = FindPrograms();

    public static string HowToInstall =>
        "PostgreSQL is not on this machine. Install it (Debian, Ubuntu: apt-get install postgresql) and run this again.";

    /// <summary>Of the server on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>Connections of the administrator, over a socket that needs no password.</summary>
    public NpgsqlDataSource Administration { get; }

    /// <summary>What an application would have, but for TLS, which a server on the loopback address does without.</summary>
    public string ConnectionString(string user) =>
        new NpgsqlConnectionStringBuilder { Host = "127.0.0.1", Port = Port, Username = user, Database = "postgres" }.ConnectionString;

    /// <exception cref="InvalidOperationException">It did not start; the message says why.</exception>
    public static async Task<LocalPostgres> StartAsync()
    {
        var programs = Programs ?? throw new InvalidOperationException(HowToInstall);
        var port = FreePort.Find();
        var start = new ProcessStartInfo
        {
            FileName = "sh",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (Environment.IsPrivilegedProcess)
        {
            start.FileName = "runuser";
            Add(start, "-u", PostgresUser, "--", "sh");
        }

        Add(start, "-c", Script, "sh", programs, port.ToString(CultureInfo.InvariantCulture));
        var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(StartLimit, TimeProvider.System);
        var folder = await ReadFolderAsync(process, patience.Token);
        var postgres = new LocalPostgres(process, folder, port);
        try
        {
            await postgres.UntilReadyAsync(patience.Token);
            return postgres;
        }
        catch
        {
            await postgres.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Makes a role whose password is <paramref name="password"/>, or changes it: what checking a token comes to for a server that cannot
    /// check tokens.
    /// </summary>
    public async Task SetPasswordAsync(string role, string password)
    {
        await using var connection = await Administration.OpenConnectionAsync();
        await using var batch = new NpgsqlBatch(connection)
        {
            // Neither statement takes parameters. The role is the program's own, and a token holds no quote.
            BatchCommands =
            {
                new NpgsqlBatchCommand(
                    $"""
                    do $$ begin
                      if not exists (select from pg_roles where rolname = '{role}') then create role "{role}" login; end if;
                    end $$
                    """),
                new NpgsqlBatchCommand($"""alter role "{role}" password '{password}'"""),
            },
        };
        await batch.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Administration.DisposeAsync();
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

        _process.Dispose();
    }

    private static async Task<string> ReadFolderAsync(Process process, CancellationToken cancellationToken)
    {
        try
        {
            return await process.StandardOutput.ReadLineAsync(cancellationToken) is { Length: > 0 } folder
                ? folder
                : throw new InvalidOperationException(
                    $"PostgreSQL could not be set up:\n{await process.StandardError.ReadToEndAsync(cancellationToken)}");
        }
        catch
        {
            process.StandardInput.Close();
            process.Dispose();
            throw;
        }
    }

    private async Task UntilReadyAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await using var connection = await Administration.OpenConnectionAsync(cancellationToken);
                return;
            }
            catch (NpgsqlException) when (!cancellationToken.IsCancellationRequested && !_process.HasExited)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, cancellationToken);
            }
            catch (Exception exception) when (exception is NpgsqlException or OperationCanceledException)
            {
                throw new InvalidOperationException($"PostgreSQL did not start. See {_folder}/log.", exception);
            }
        }
    }

    private static string? FindPrograms()
    {
        const string Debian = "/usr/lib/postgresql";
        string[] folders = Directory.Exists(Debian)
            ? [.. Directory.GetDirectories(Debian)
                .OrderByDescending(
                    folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var version) ? version : 0)]
            : [];
        return folders.Select(folder => Path.Combine(folder, "bin")).Concat(["/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"])
            .FirstOrDefault(folder => File.Exists(Path.Combine(folder, "postgres")) && File.Exists(Path.Combine(folder, "initdb")));
    }

    private static void Add(ProcessStartInfo start, params ReadOnlySpan<string> arguments)
    {
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using PostgresSample;
using WorkloadIdentity.IntegrationTests;
using WorkloadIdentity.Testing;

namespace ConsumerRecipes;

/// <summary>
/// This machine's own RabbitMQ, empty, in a temporary folder, on a free port of the loopback address. It verifies the tokens of an emulator
/// with the keys that it downloads there. It ends when it is disposed, and when the process that started it is gone.
/// </summary>
internal sealed class LocalRabbitMq : IAsyncDisposable
{
    /// <summary>Its identifier in the tenant: the audience of the tokens and the prefix of the roles.</summary>
    public const string ResourceServer = "api://orders-rabbitmq";

    private const string Program = "/usr/lib/rabbitmq/bin/rabbitmq-server";

    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(5);

    // $1 the program, $2 $3 $4 the ports of the server, of its node and of the list of nodes (epmd), $5 the configuration, $6 the
    // authority. The end of the input is the end of the server, and of all it wrote. The server is a process group, because its shell
    // starts Erlang as a child. If the list of nodes did not run, Erlang would start one that outlives it.
    private const string Script = """
        set -m
        folder=$(mktemp -d /tmp/wi-rabbitmq.XXXXXX)
        trap 'exec 2>/dev/null; kill -KILL -- -$server -$names; wait; rm -rf "$folder"' EXIT
        printf '%s\n' "$5" "auth_oauth2.https.cacertfile = $folder/authority.pem" >"$folder/rabbitmq.conf"
        printf '%s\n' "$6" >"$folder/authority.pem"
        echo '[rabbitmq_auth_backend_oauth2].' >"$folder/enabled_plugins"
        export HOME="$folder" ERL_EPMD_PORT="$4" ERL_EPMD_ADDRESS=127.0.0.1 RABBITMQ_DIST_PORT="$3" RABBITMQ_NODENAME="orders-$2@localhost"
        export RABBITMQ_CONF_ENV_FILE=/dev/null RABBITMQ_MNESIA_BASE="$folder/data"
        export RABBITMQ_LOG_BASE="$folder" RABBITMQ_PID_FILE="$folder/pid"
        export RABBITMQ_CONFIG_FILE="$folder/rabbitmq.conf" RABBITMQ_ADVANCED_CONFIG_FILE="$folder/advanced.config"
        export RABBITMQ_ENABLED_PLUGINS_FILE="$folder/enabled_plugins"
        epmd -port "$4" -address 127.0.0.1 </dev/null >/dev/null 2>&1 &
        names=$!
        { "$1" >"$folder/output" 2>&1; tail -5 "$folder/output" | tr '\n' ' '; echo; } </dev/null &
        server=$!
        cat >/dev/null
        """;

    private readonly Process _process;

    private LocalRabbitMq(Process process, int port) => (_process, Port) = (process, port);

    /// <summary>Why the tests are skipped; null when they run. Under CI they always run, and fail without it.</summary>
    public static string? SkipReason { get; } = !File.Exists(Program) && !Node.UnderCI
        ? "RabbitMQ is not on this machine. Install it (Debian: apt-get install rabbitmq-server) and run this again."
        : null;

    /// <summary>On 127.0.0.1.</summary>
    public int Port { get; }

    /// <exception cref="InvalidOperationException">It did not start.</exception>
    public static async Task<LocalRabbitMq> StartAsync(EntraEmulator entra)
    {
        int[] ports = [FreePort.Find(), FreePort.Find(), FreePort.Find()];

        // With 127.0.0.1 in its place, Erlang's client does not accept the certificate (hostname_check_failed).
        string[] configuration =
        [
            $"listeners.tcp.1 = 127.0.0.1:{Text(ports[0])}",
            "auth_backends.1 = rabbit_auth_backend_oauth2",
            $"auth_oauth2.resource_server_id = {ResourceServer}",
            "auth_oauth2.additional_scopes_key = roles",
            $"auth_oauth2.jwks_url = https://localhost:{Text(entra.SecureAddress.Port)}/{entra.Tenant.Id}/discovery/v2.0/keys",
            "auth_oauth2.https.peer_verification = verify_peer",
        ];
        var start = new ProcessStartInfo("bash") { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var argument in (string[])
        [
            "-c", Script, "bash", Program, .. ports.Select(Text), string.Join('\n', configuration),
            entra.CertificateAuthority.ExportCertificatePem(),
        ])
        {
            start.ArgumentList.Add(argument);
        }

        var server = new LocalRabbitMq(Process.Start(start)!, ports[0]);
        try
        {
            await server.UntilReadyAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60), TimeProvider.System);
        await _process.WaitForExitAsync(patience.Token);
        _process.Dispose();
    }

    private async Task UntilReadyAsync()
    {
        using var patience = new CancellationTokenSource(StartLimit, TimeProvider.System);
        var ended = _process.StandardOutput.ReadLineAsync(patience.Token).AsTask();
        while (true)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, Port, patience.Token);
                return;
            }
            catch (SocketException) when (!ended.IsCompleted)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, patience.Token);
            }
            catch (SocketException exception)
            {
                throw new InvalidOperationException($"RabbitMQ could not be started: {await ended}", exception);
            }
        }
    }

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A fact that needs RabbitMQ: skipped with a message where there is none, except under CI, where it then fails.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RabbitMqFactAttribute : FactAttribute
{
    /// <inheritdoc cref="RabbitMqFactAttribute"/>
    public RabbitMqFactAttribute() => Skip = LocalRabbitMq.SkipReason;
}

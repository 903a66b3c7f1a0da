using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Worker;

/// <summary>
/// The identity endpoint of App Service and an API that is not always well, on two loopback ports: what this worker would find in the
/// cloud, in as much HTTP as it takes.
/// </summary>
internal sealed class LocalCloud : IDisposable
{
    private readonly TcpListener _identity = new(IPAddress.Loopback, 0);
    private readonly TcpListener _orders = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<string, bool> _revoked = new();
    private int _tokens;
    private int _calls;

    public LocalCloud()
    {
        Listen(_identity, Identity);
        Listen(_orders, Orders);
    }

    public Uri OrdersAddress => new($"http://{_orders.LocalEndpoint}");

    /// <summary>Each thing that happened, for the story the program tells.</summary>
    public ConcurrentQueue<string> Story { get; } = new();

    /// <summary>The variables App Service sets for a site with a managed identity.</summary>
    public Dictionary<string, string> Environment => new()
    {
        ["IDENTITY_ENDPOINT"] = $"http://{_identity.LocalEndpoint}/msi/token",
        ["IDENTITY_HEADER"] = "only-this-site-knows-it",
    };

    public void Dispose()
    {
        _identity.Dispose();
        _orders.Dispose();
    }

    private (string Status, string Headers, string Body) Identity(string path, string? header)
    {
        var token = $"token-{Interlocked.Increment(ref _tokens)}";
        Story.Enqueue($"[blue]identity[/]  issues [bold]{token}[/]");
        var expires = TimeProvider.System.GetUtcNow().AddHours(24).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return ("200 OK", "",
            $$"""{"access_token":"{{token}}","expires_on":"{{expires}}","resource":"api://orders","token_type":"Bearer"}""");
    }

    /// <summary>Well at first; then it stumbles twice, and then it no longer accepts the token.</summary>
    private (string Status, string Headers, string Body) Orders(string path, string? header)
    {
        var call = Interlocked.Increment(ref _calls);
        var token = header?.Replace("Bearer ", "", StringComparison.Ordinal) ?? "no token";
        if (call == 5)
        {
            _revoked[token] = true;
        }

        var (status, headers) = call is 3 or 4 ? ("503 Service Unavailable", "")
            : _revoked.ContainsKey(token) ? ("401 Unauthorized", "WWW-Authenticate: Bearer error=\"invalid_token\"\r\n")
            : ("200 OK", "");
        Story.Enqueue($"[grey]orders[/]    {path} with [bold]{token}[/]: {(status.StartsWith('2') ? "[green]" : "[yellow]")}{status}[/]");
        return (status, headers, "{}");
    }

    private static void Listen(TcpListener listener, Func<string, string?, (string Status, string Headers, string Body)> answer)
    {
        listener.Start();
        _ = ServeAsync(listener, answer);
    }

    private static async Task ServeAsync(TcpListener listener, Func<string, string?, (string Status, string Headers, string Body)> answer)
    {
        try
        {
            while (true)
            {
                using var connection = await listener.AcceptTcpClientAsync();
                var stream = connection.GetStream();
                using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
                var start = (await reader.ReadLineAsync() ?? "").Split(' ');
                string? authorization = null;
                while (await reader.ReadLineAsync() is { Length: > 0 } line)
                {
                    authorization =
                        line.StartsWith("Authorization: ", StringComparison.OrdinalIgnoreCase)
                            ? line["Authorization: ".Length..]
                            : authorization;
                }

                var (status, headers, body) = answer(start.ElementAtOrDefault(1) ?? "/", authorization);
                await stream.WriteAsync(Encoding.ASCII.GetBytes(
                    $"HTTP/1.1 {status}\r\nContent-Type: application/json\r\n{headers}Content-Length: {body.Length}\r\nConnection: "
                        + $"close\r\n\r\n{body}"));
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or IOException)
        {
            // The program ends.
        }
    }
}

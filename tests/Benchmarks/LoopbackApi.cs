using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Benchmarks;

/// <summary>
/// An API on a real socket, in as little HTTP as a GET takes: every request on a connection that is kept gets the same answer.
/// </summary>
internal sealed class LoopbackApi : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public Uri Address => new($"http://{_listener.LocalEndpoint}/v1.0/me");

    public static LoopbackApi Start(byte[] body)
    {
        var api = new LoopbackApi();
        api._listener.Start();
        var head = Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n");
        _ = api.AcceptAsync([.. head, .. body]);
        return api;
    }

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync(byte[] answer)
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listener.AcceptSocketAsync(), answer);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The measurement is over.
        }
    }

    private static async Task ServeAsync(Socket connection, byte[] answer)
    {
        using (connection)
        {
            connection.NoDelay = true;
            var buffer = new byte[16 * 1024];
            var length = 0;
            while (await connection.ReceiveAsync(buffer.AsMemory(length)) is > 0 and var received)
            {
                length += received;
                if (buffer.AsSpan(0, length).EndsWith("\r\n\r\n"u8))
                {
                    length = 0;
                    await connection.SendAsync(answer);
                }
            }
        }
    }
}

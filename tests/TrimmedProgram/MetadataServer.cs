using System.Net;
using System.Net.Sockets;
using System.Text;

namespace TrimmedProgram;

/// <summary>The identity endpoint of a virtual machine's metadata service, in as much HTTP as it takes.</summary>
internal sealed class MetadataServer : IDisposable
{
    public const string Token = "issued-to-the-trimmed-program";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private int _requests;

    public Uri Origin => new($"http://{_listener.LocalEndpoint}");

    public int Requests => Volatile.Read(ref _requests);

    public static MetadataServer Start()
    {
        var server = new MetadataServer();
        server._listener.Start();
        _ = server.ServeAsync();
        return server;
    }

    public void Dispose() => _listener.Dispose();

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using var connection = await _listener.AcceptTcpClientAsync();
                Interlocked.Increment(ref _requests);
                await AnswerAsync(connection.GetStream());
            }
        }
        catch (Exception exception) when (exception is SocketException or InvalidOperationException)
        {
            // The program ends.
        }
    }

    private static async Task AnswerAsync(NetworkStream stream)
    {
        using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
        var requestLine = await reader.ReadLineAsync() ?? "";
        var marked = false;
        while (await reader.ReadLineAsync() is { Length: > 0 } header)
        {
            marked |= header.Equals("Metadata: true", StringComparison.Ordinal);
        }

        var wellFormed = marked
            && requestLine.StartsWith("GET /metadata/identity/oauth2/token?", StringComparison.Ordinal)
            && requestLine.Contains("resource=https%3A%2F%2Fvault.azure.net", StringComparison.OrdinalIgnoreCase);
        var body = wellFormed
            ? $$"""{"access_token":"{{Token}}","expires_in":"86399","expires_on":"{{TimeProvider.System.GetUtcNow().AddDays(1)
                .ToUnixTimeSeconds()}}","resource":"https://vault.azure.net","token_type":"Bearer"}"""
            : """{"error":"invalid_request","error_description":"Required metadata header not specified"}""";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"HTTP/1.1 {(wellFormed
                ? "200 OK"
                : "400 Bad Request")}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\nConnection: "
                    + $"close\r\n\r\n{body}"));
    }
}

using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace WorkloadIdentity.Tests;

/// <summary>
/// A real server on a loopback port, one connection per request, with the certificate that a test chooses by the name asked for (SNI):
/// WireMock, which serves all that is plain HTTP in the integration tests, offers no such choice.
/// </summary>
internal sealed class LoopbackServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<Received> _requests = new();
    private readonly Func<Received, Answer> _answer;
    private readonly Func<string?, X509Certificate2>? _certificate;
    private readonly Task _loop;

    /// <param name="answer">What it says to each request.</param>
    /// <param name="certificate">What it shows to those who ask for a name (SNI); null for plain http.</param>
    public LoopbackServer(Func<Received, Answer> answer, Func<string?, X509Certificate2>? certificate = null)
    {
        (_answer, _certificate) = (answer, certificate);
        _listener.Start();
        Address = new Uri($"http{(certificate is null ? "" : "s")}://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
        _loop = ServeAsync();
    }

    public Uri Address { get; }

    public IReadOnlyList<Received> Requests => [.. _requests];

    /// <summary>The Authorization headers received, in order; null where there was none.</summary>
    public IReadOnlyList<string?> Tokens => [.. _requests.Select(request => request.Headers.GetValueOrDefault("Authorization"))];

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _loop;
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                connections.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or InvalidOperationException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                await using var stream = await OpenAsync(client.GetStream());
                using var reader = new StreamReader(stream, Encoding.Latin1);
                var start = (await reader.ReadLineAsync(_stop.Token) ?? "").Split(' ');
                if (start.Length != 3)
                {
                    return;
                }

                var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
                while (await reader.ReadLineAsync(_stop.Token) is { Length: > 0 } line)
                {
                    var colon = line.IndexOf(':', StringComparison.Ordinal);
                    headers[line[..colon]] = line[(colon + 1)..].Trim();
                }

                var request = new Received(start[0], start[1], headers, await ReadBodyAsync(reader, headers));
                _requests.Enqueue(request);
                var answer = _answer(request);
                var head =
                    new StringBuilder($"HTTP/1.1 {answer.Status} X\r\nContent-Length: {answer.Body.Length}\r\nConnection: close\r\n");
                foreach (var (name, value) in answer.Headers)
                {
                    head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
                }

                await stream.WriteAsync(
                    Encoding.Latin1.GetBytes(head.Append(CultureInfo.InvariantCulture, $"\r\n{answer.Body}").ToString()), _stop.Token);
            }
            catch (Exception exception)
                when (exception is OperationCanceledException or IOException or System.Security.Authentication.AuthenticationException)
            {
                // The client or the test left, or the client did not trust us.
            }
        }
    }

    private async Task<Stream> OpenAsync(NetworkStream connection)
    {
        if (_certificate is null)
        {
            return connection;
        }

        var secured = new SslStream(connection);
        await secured.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions { ServerCertificateSelectionCallback = (_, name) => _certificate(name) }, _stop.Token);
        return secured;
    }

    private static async Task<string> ReadBodyAsync(StreamReader reader, Dictionary<string, string> headers)
    {
        if (!headers.TryGetValue("Content-Length", out var length))
        {
            return headers.ContainsKey("Transfer-Encoding")
                ? throw new NotSupportedException("This server reads bodies of a stated length.")
                : "";
        }

        var body = new char[int.Parse(length, CultureInfo.InvariantCulture)];
        await reader.ReadBlockAsync(body);
        return new string(body);
    }

    public sealed record Received(string Method, string Path, IReadOnlyDictionary<string, string> Headers, string Body);

    public sealed record Answer(int Status, params (string Name, string Value)[] Headers)
    {
        public string Body { get; init; } = "";
    }
}

using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace WorkloadIdentity.Tests;

/// <summary>A cluster's proxy: TLS on a loopback port, with a certificate of one of its authorities; each request is answered as a test says.</summary>
internal sealed class TlsProxy : IAsyncDisposable
{
    public const string Name = "proxy.cluster.example";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<ReceivedRequest> _requests = new();
    private readonly ConcurrentQueue<string> _names = new();
    private readonly Func<ReceivedRequest, (int Status, string Body)> _answer;
    private readonly Task _loop;

    public TlsProxy(X509Certificate2 certificate, Func<ReceivedRequest, (int Status, string Body)> answer)
    {
        _answer = answer;
        Certificate = certificate;
        _listener.Start();
        Address = new Uri($"https://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
        _loop = ServeAsync();
    }

    public Uri Address { get; }

    /// <summary>What it shows; a later connection sees what is set here then.</summary>
    public X509Certificate2 Certificate { get; set; }

    public IReadOnlyList<ReceivedRequest> Requests => [.. _requests];

    /// <summary>The names it was asked for in the TLS handshake (SNI), one a connection.</summary>
    public IReadOnlyList<string> Names => [.. _names];

    public static X509Certificate2 Authority(string name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        return request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(30));
    }

    public static X509Certificate2 Issue(X509Certificate2 authority, string name = Name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(authority, TimeProvider.System.GetUtcNow().AddHours(-1), TimeProvider.System.GetUtcNow().AddDays(1), RandomNumberGenerator.GetBytes(8));
        using var withKey = certificate.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pfx), null);
    }

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
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
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
                using var tls = new SslStream(client.GetStream());
                await tls.AuthenticateAsServerAsync(
                    new SslServerAuthenticationOptions
                    {
                        ServerCertificateSelectionCallback = (_, name) =>
                        {
                            _names.Enqueue(name ?? "");
                            return Certificate;
                        },
                    },
                    _stop.Token);
                using var reader = new StreamReader(tls, Encoding.Latin1);
                if (await reader.ReadLineAsync(_stop.Token) is not { } start)
                {
                    return;
                }

                var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
                while (await reader.ReadLineAsync(_stop.Token) is { Length: > 0 } line)
                {
                    headers[line[..line.IndexOf(':', StringComparison.Ordinal)]] = line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
                }

                var body = new char[int.Parse(headers["Content-Length"], CultureInfo.InvariantCulture)];
                await reader.ReadBlockAsync(body, _stop.Token);
                var request = new ReceivedRequest(new HttpMethod(start.Split(' ')[0]), new Uri(Address, start.Split(' ')[1]), headers, new string(body));
                _requests.Enqueue(request);
                var (status, answer) = _answer(request);
                await tls.WriteAsync(Encoding.Latin1.GetBytes($"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {answer.Length}\r\nConnection: close\r\n\r\n{answer}"), _stop.Token);
            }
            catch (Exception exception) when (exception is OperationCanceledException or IOException or AuthenticationException)
            {
                // The client or the test left, or the client did not trust us.
            }
        }
    }
}

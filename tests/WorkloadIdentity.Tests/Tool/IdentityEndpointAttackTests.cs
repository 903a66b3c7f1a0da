using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using WorkloadIdentity.Tool;

namespace WorkloadIdentity.Tests;

/// <summary>Requests that must not get a token, sent to the identity endpoint byte by byte.</summary>
public sealed class IdentityEndpointAttackTests
{
    private const string Target = "/msi/token?api-version=2019-08-01&resource=https://vault.azure.net";

    [Theory]
    [InlineData("Host: localhost:{port}", 421)]
    [InlineData("Host: evil.example", 421)]
    [InlineData("Host: evil.example:{port}", 421)]
    [InlineData("Host: 127.0.0.1", 421)]
    [InlineData("Host: 127.0.0.1:1", 421)]
    [InlineData("Host: 127.0.0.1.evil.example:{port}", 421)]
    [InlineData("Host: 127.1:{port}", 421)]
    [InlineData("Host: 0.0.0.0:{port}", 421)]
    [InlineData("Host: [::1]:{port}", 421)]
    [InlineData("Host: 2130706433:{port}", 421)]
    [InlineData("Host:", 421)]
    [InlineData("X: y", 400)]
    [InlineData("Host: 127.0.0.1:{port}\r\nHost: 127.0.0.1:{port}", 400)]
    [InlineData("Host: 127.0.0.1:{port}\r\nHost: evil.example", 400)]
    public async Task Another_host_than_its_own_address_is_refused(string host, int status)
    {
        await using var bench = await EndpointBench.StartAsync();

        var answer = await bench.SendAsync(
            $"GET {Target} HTTP/1.1",
            host.Replace("{port}", $"{bench.Server.Address.Port}", StringComparison.Ordinal),
            $"X-IDENTITY-HEADER: {bench.Server.Secret}");

        Refused(bench, answer, status);
    }

    [Theory]
    [InlineData("GET http://evil.example/msi/token?api-version=2019-08-01&resource=https://vault.azure.net HTTP/1.1", 400)]
    [InlineData("GET {target} HTTP/1.0", 200)]
    [InlineData("GET {target} HTTP/2.0", 505)]
    [InlineData("GET //evil.example/msi/token HTTP/1.1", 404)]
    public async Task The_request_line_cannot_name_another_host(string line, int status)
    {
        await using var bench = await EndpointBench.StartAsync();

        var answer = await bench.SendAsync(
            line.Replace("{target}", Target, StringComparison.Ordinal),
            $"Host: {bench.Authority}",
            $"X-IDENTITY-HEADER: {bench.Server.Secret}");

        Assert.Equal(status, answer.Status);
    }

    [Theory]
    [InlineData("Origin: https://evil.example")]
    [InlineData("Origin: null")]
    [InlineData("Origin:")]
    [InlineData("origin: http://127.0.0.1")]
    [InlineData("Referer: https://evil.example/")]
    [InlineData("Sec-Fetch-Site: same-origin")]
    [InlineData("Sec-Fetch-Site: none")]
    [InlineData("sec-fetch-mode: cors")]
    [InlineData("Sec-Fetch-Dest: empty")]
    [InlineData("Sec-Fetch-New: 1")]
    [InlineData("Sec-CH-UA: x")]
    [InlineData("Access-Control-Request-Method: GET")]
    [InlineData("Access-Control-Request-Private-Network: true")]
    [InlineData("Forwarded: for=192.0.2.1")]
    [InlineData("X-Forwarded-For: 127.0.0.1")]
    [InlineData("x-forwarded-host: 127.0.0.1")]
    [InlineData("X-Forwarded-Anything: x")]
    [InlineData("X-Forwarded: x")]
    [InlineData("Via: 1.1 proxy")]
    [InlineData("X-Real-IP: 127.0.0.1")]
    [InlineData("Client-IP: 127.0.0.1")]
    [InlineData("X-ProxyUser-Ip: 127.0.0.1")]
    [InlineData("X-Remote-IP: 127.0.0.1")]
    [InlineData("x-remote-addr: 127.0.0.1")]
    [InlineData("X-Host: 127.0.0.1")]
    [InlineData("X-HTTP-Host-Override: 127.0.0.1")]
    [InlineData("X-Rewrite-Url: /msi/token")]
    [InlineData("Max-Forwards: 1")]
    [InlineData("X-Original-URL: /msi/token")]
    [InlineData("Proxy-Connection: keep-alive")]
    [InlineData("Proxy-Authorization: Basic eDp5")]
    public async Task A_request_of_a_browser_or_a_proxy_is_refused_even_with_the_secret(string header)
    {
        await using var bench = await EndpointBench.StartAsync();

        var answer = await bench.SendAsync(
            $"GET {Target} HTTP/1.1", $"Host: {bench.Authority}", $"X-IDENTITY-HEADER: {bench.Server.Secret}", header);

        Refused(bench, answer, 403);
        Assert.Contains("\r\nConnection: close", answer.Head, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Node_is_told_that_its_fetch_sends_what_a_browser_sends()
    {
        await using var bench = await EndpointBench.StartAsync();

        var answer = await bench.SendAsync(
            $"GET {Target} HTTP/1.1", $"Host: {bench.Authority}", $"X-IDENTITY-HEADER: {bench.Server.Secret}", "Sec-Fetch-Mode: cors");

        Refused(bench, answer, 403);
        Assert.Contains("node:http", answer.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("PATCH")]
    [InlineData("OPTIONS")]
    [InlineData("TRACE")]
    [InlineData("get")]
    [InlineData("GETS")]
    public async Task Every_method_but_GET_is_refused(string method)
    {
        await using var bench = await EndpointBench.StartAsync();

        var answer = await bench.SendAsync(
            $"{method} {Target} HTTP/1.1",
            $"Host: {bench.Authority}",
            $"X-IDENTITY-HEADER: {bench.Server.Secret}",
            "X-HTTP-Method-Override: GET",
            "Content-Length: 0");

        Refused(bench, answer, 405);
        Assert.Contains("\r\nAllow: GET", answer.Head, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("X-IDENTITY-HEADER:")]
    [InlineData("X-IDENTITY-HEADER: wrong")]
    [InlineData("X-IDENTITY-HEADER: {secret}x")]
    [InlineData("X-IDENTITY-HEADER: {start}")]
    [InlineData("X-IDENTITY-HEADER: {upper}")]
    [InlineData("X-IDENTITY-HEADER: {secret},{secret}")]
    [InlineData("X-IDENTITY-HEADER: \"{secret}\"")]
    [InlineData("X-IDENTITY-HEADER: {secret}\r\nX-IDENTITY-HEADER: {secret}")]
    [InlineData("X-IDENTITY-HEADER: wrong\r\nX-IDENTITY-HEADER: {secret}")]
    [InlineData("X-IDENTITY-HEADER: {secret}\r\nx-identity-header: wrong")]
    [InlineData("X-IDENTITY-HEADER: {secret}\r\nX-IDENTITY-HEADER:")]
    [InlineData("secret: {secret}")]
    [InlineData("Authorization: Bearer {secret}")]
    [InlineData("X_IDENTITY_HEADER: {secret}")]
    [InlineData("Metadata: true")]
    public async Task Without_the_secret_in_one_header_there_is_no_token(string header)
    {
        await using var bench = await EndpointBench.StartAsync();
        var secret = bench.Server.Secret;
        var sent = header.Replace("{secret}", secret, StringComparison.Ordinal)
            .Replace("{start}", secret[..^1], StringComparison.Ordinal)
            .Replace("{upper}", secret.ToUpperInvariant(), StringComparison.Ordinal);

        string[] lines = [$"GET {Target}&IDENTITY_HEADER=x HTTP/1.1", $"Host: {bench.Authority}", sent];
        var answer = await bench.SendAsync([.. lines.Where(line => line.Length > 0)]);

        Refused(bench, answer, 401);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/msi/token/")]
    [InlineData("/MSI/token")]
    [InlineData("/msi//token")]
    [InlineData("/metadata/identity/oauth2/token")]
    public async Task Another_path_is_refused(string path)
    {
        await using var bench = await EndpointBench.StartAsync();

        var answer = await bench.SendAsync(
            $"GET {path}?{EndpointBench.Query()} HTTP/1.1", $"Host: {bench.Authority}", $"X-IDENTITY-HEADER: {bench.Server.Secret}");

        Refused(bench, answer, 404);
    }

    [Theory]
    [InlineData("Content-Length: 1", "x")]
    [InlineData("Transfer-Encoding: chunked", "1\r\nx\r\n0\r\n\r\n")]
    public async Task A_body_is_refused(string header, string body)
    {
        await using var bench = await EndpointBench.StartAsync();

        var answer = await bench.SendAsync(
            $"GET {Target} HTTP/1.1", $"Host: {bench.Authority}", $"X-IDENTITY-HEADER: {bench.Server.Secret}", header, "", body);

        Refused(bench, answer, 400);
    }

    [Fact]
    public async Task A_second_request_after_a_refused_one_is_not_read()
    {
        await using var bench = await EndpointBench.StartAsync();

        var second = $"GET {Target} HTTP/1.1\r\nHost: {bench.Authority}\r\nX-IDENTITY-HEADER: {bench.Server.Secret}\r\n\r\n";
        using var client = await bench.ConnectAsync();
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: {bench.Authority}\r\n\r\n{second}"));
        using var reader = new StreamReader(stream);
        var all = await reader.ReadToEndAsync().WaitAsync(Patience.Limit);

        Assert.StartsWith("HTTP/1.1 401", all, StringComparison.Ordinal);
        Assert.DoesNotContain("HTTP/1.1 200", all, StringComparison.Ordinal);
        Assert.DoesNotContain("token for", bench.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_listens_on_one_literal_loopback_address_and_a_random_port()
    {
        await using var one = await EndpointBench.StartAsync();
        await using var other = await EndpointBench.StartAsync();

        Assert.Equal("127.0.0.1", one.Server.Address.Host);
        Assert.NotEqual(one.Server.Address.Port, other.Server.Address.Port);
        foreach (var elsewhere in new[] { IPAddress.IPv6Loopback, IPAddress.Parse("127.0.0.2") })
        {
            using var client = new TcpClient(elsewhere.AddressFamily);
            await Assert.ThrowsAsync<SocketException>(() => client.ConnectAsync(elsewhere, one.Server.Address.Port));
        }
    }

    [Fact]
    public async Task The_secret_has_256_bits_and_is_new_at_each_start()
    {
        await using var one = await EndpointBench.StartAsync();
        await using var other = await EndpointBench.StartAsync();

        Assert.NotEqual(one.Server.Secret, other.Server.Secret);
        Assert.Equal(32, System.Buffers.Text.Base64Url.DecodeFromChars(one.Server.Secret.AsSpan(EndpointVariables.Mark.Length)).Length);
    }

    [Fact]
    public async Task A_long_request_line_many_headers_and_large_headers_are_refused()
    {
        await using var bench = await EndpointBench.StartAsync();
        var (host, secret) = ($"Host: {bench.Authority}", $"X-IDENTITY-HEADER: {bench.Server.Secret}");

        var line = await bench.SendAsync($"GET {Target}{new string('x', 5000)} HTTP/1.1", host, secret);
        var many = await bench.SendAsync([$"GET {Target} HTTP/1.1", host, secret, .. Enumerable.Range(0, 60).Select(i => $"X-{i}: x")]);
        var large = await bench.SendAsync($"GET {Target} HTTP/1.1", host, secret, $"X: {new string('x', 9000)}");

        Assert.Equal((414, 431, 431), (line.Status, many.Status, large.Status));
        Assert.Equal("", bench.Error);
    }

    [Fact]
    public async Task A_caller_that_does_not_end_its_request_is_cut_off()
    {
        await using var bench = await EndpointBench.StartAsync(limits: new EndpointLimits { Headers = TimeSpan.FromMilliseconds(100) });
        using var client = await bench.ConnectAsync();
        await using var stream = client.GetStream();
        var clock = Stopwatch.StartNew();
        await stream.WriteAsync("GET /msi/token"u8.ToArray());

        Assert.Equal(408, (await RawAnswer.ReadAsync(stream)).Status);

        // The server's own limit is half a minute.
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(20));
        Assert.Equal(TimeSpan.FromSeconds(5), new EndpointLimits().Headers);
    }

    [Fact]
    public async Task More_connections_than_the_limit_are_closed()
    {
        await using var bench = await EndpointBench.StartAsync(limits: new EndpointLimits { Connections = 2 });
        using var one = await bench.ConnectAsync();
        using var two = await bench.ConnectAsync();
        await Task.WhenAll(AnswersAsync(bench, one), AnswersAsync(bench, two));

        Assert.Equal(0, (await bench.GetAsync()).Status);
        one.Dispose();
        await Patience.UntilAsync(async () => (await bench.GetAsync()).Status == 200);
        Assert.Equal(256, new EndpointLimits().Connections);
    }

    [Fact]
    public async Task A_flood_of_wrong_requests_writes_one_line_for_each_kind()
    {
        await using var bench = await EndpointBench.StartAsync();
        for (var i = 0; i < 300; i++)
        {
            await bench.SendAsync($"GET {Target} HTTP/1.1", $"Host: {bench.Authority}");
            await bench.GetAsync(EndpointBench.Query($"https://{i}.example"));
        }

        Assert.Single(bench.Error.Split('\n'), line => line.Contains("(401)", StringComparison.Ordinal));
        Assert.InRange(bench.Error.Split('\n').Length, 50, 102);
    }

    private static async Task AnswersAsync(EndpointBench bench, TcpClient client)
    {
        var request = $"GET {Target} HTTP/1.1\r\nHost: {bench.Authority}\r\nX-IDENTITY-HEADER: {bench.Server.Secret}\r\n\r\n";
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request));
        Assert.Equal(200, (await RawAnswer.ReadAsync(client.GetStream())).Status);
    }

    /// <summary>Refused, nobody was asked for a token, and neither the answer nor the audit has a secret.</summary>
    private static void Refused(EndpointBench bench, RawAnswer answer, int status)
    {
        Assert.Equal(status, answer.Status);
        Assert.DoesNotContain("token for", bench.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(bench.Server.Secret, answer.Head + answer.Body + bench.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("access_token", answer.Body, StringComparison.Ordinal);
    }
}

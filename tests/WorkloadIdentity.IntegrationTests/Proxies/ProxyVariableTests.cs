using System.Diagnostics;

namespace WorkloadIdentity.IntegrationTests;

/// <summary>A proxy that the environment names sees no token in the open, and is never asked for an identity.</summary>
public sealed class ProxyVariableTests
{
    private static readonly string[] Variables =
        ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"];

    [Theory]
    [InlineData("HTTP_PROXY")]
    [InlineData("http_proxy")]
    [InlineData("ALL_PROXY")]
    public async Task A_token_for_loopback_is_not_handed_to_a_proxy(string variable)
    {
        using var proxy = StubServer.Answering(200);
        using var api = StubServer.Answering(200);

        var (code, output) = await RunAsync(["call", $"{api.Address}"], (variable, $"{proxy.Address}"));

        Assert.Equal(1, code);
        Assert.StartsWith("NotAllowed: ", output, StringComparison.Ordinal);
        Assert.Contains("NO_PROXY=127.0.0.1", output, StringComparison.Ordinal);
        Assert.Empty(proxy.Requests);
        Assert.Empty(api.Requests);
    }

    [Fact]
    public async Task What_the_refusal_advises_helps()
    {
        using var proxy = StubServer.Answering(200);
        using var api = StubServer.Answering(200);

        var (code, output) = await RunAsync(["call", $"{api.Address}"], ("HTTP_PROXY", $"{proxy.Address}"), ("NO_PROXY", "127.0.0.1"));

        Assert.Equal((0, "OK"), (code, output));
        Assert.Equal([$"Bearer {ProxiedProgram.Token}"], api.Tokens);
        Assert.Empty(proxy.Requests);
    }

    [Theory]
    [InlineData("HTTP_PROXY", "http://billing.mesh/", "billing.mesh")]
    [InlineData("http_proxy", "http://billing.mesh:8080/", "billing.mesh")]
    [InlineData("ALL_PROXY", "http://10.0.0.5/", "10.0.0.5")]
    [InlineData("HTTP_PROXY", "http://[fd00::5]:8080/", "[fd00::5]")]
    [InlineData("HTTP_PROXY", "http://bücher.mesh/", "bücher.mesh")]
    public async Task A_token_for_a_mesh_is_not_handed_to_a_proxy(string variable, string address, string exempt)
    {
        using var proxy = StubServer.Answering(200);

        var (code, output) = await RunAsync(["call-mesh", address], (variable, $"{proxy.Address}"));
        Assert.Equal(1, code);
        Assert.StartsWith("NotAllowed: ", output, StringComparison.Ordinal);
        Assert.Contains($"NO_PROXY={exempt} ", output, StringComparison.Ordinal);

        (_, output) = await RunAsync(["is-exempt", address], (variable, $"{proxy.Address}"), ("NO_PROXY", $"other.mesh,{exempt}"));
        Assert.Equal("True", output);
        Assert.Empty(proxy.Requests);
    }

    [Theory]
    [InlineData("call-mesh", "NO_PROXY", "localhost")]
    [InlineData("call-mesh", "no_proxy", "localhost")]
    [InlineData("call-mesh-directly", "UNUSED", "")]
    public async Task A_mesh_that_no_proxy_stands_before_gets_its_token(string call, string variable, string value)
    {
        using var proxy = StubServer.Answering(200);
        using var api = StubServer.Answering(200);

        var (code, output) = await RunAsync(
            [call, $"http://localhost:{api.Address.Port}/"], ("HTTP_PROXY", $"{proxy.Address}"), (variable, value));

        Assert.Equal((0, "OK"), (code, output));
        Assert.Equal([$"Bearer {ProxiedProgram.Token}"], api.Tokens);
        Assert.Empty(proxy.Requests);
    }

    [Fact]
    public async Task The_lower_case_exemptions_are_read_in_place_of_the_others()
    {
        using var proxy = StubServer.Answering(200);

        var (code, output) = await RunAsync(
            ["call-mesh", "http://billing.mesh/"],
            ("HTTP_PROXY", $"{proxy.Address}"), ("NO_PROXY", "billing.mesh"), ("no_proxy", "other.mesh"));

        Assert.Equal(1, code);
        Assert.Contains("if no_proxy is set, it is read instead", output, StringComparison.Ordinal);
        Assert.Empty(proxy.Requests);
    }

    [Theory]
    [InlineData("HTTPS_PROXY")]
    [InlineData("ALL_PROXY")]
    public async Task A_proxy_of_encrypted_connections_sees_the_host_and_nothing_else(string variable)
    {
        using var proxy = StubServer.Answering(502);

        var (code, output) = await RunAsync(["call", "https://orders.contoso.example/secret-path"], (variable, $"{proxy.Address}"));

        Assert.Equal((2, "ProxyTunnelError"), (code, output));
        var seen = Assert.Single(proxy.Requests);
        Assert.Equal(("CONNECT", "orders.contoso.example:443"), (seen.Method, new Uri(seen.Url).Authority));
        Assert.Null(seen.Header("Authorization"));
        Assert.DoesNotContain(
            seen.Headers!.Values.SelectMany(values => values),
            value =>
                value.Contains(ProxiedProgram.Token, StringComparison.Ordinal) || value.Contains("secret-path", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_managed_identity_endpoint_is_asked_without_a_proxy()
    {
        using var proxy = StubServer.Answering(200);
        using var host = StubServer.Answering(400);

        var (code, output) = await RunAsync(
            ["managed-identity"],
            ("HTTP_PROXY", $"{proxy.Address}"), ("ALL_PROXY", $"{proxy.Address}"), ("IDENTITY_ENDPOINT", $"{host.Address}msi/token"),
            ("IDENTITY_HEADER", "the-header"));

        Assert.Equal((0, "none"), (code, output));
        Assert.Empty(proxy.Requests);
        Assert.NotEmpty(host.Requests);
        Assert.All(host.Requests, request => Assert.Equal("the-header", request.Header("X-IDENTITY-HEADER")));
    }

    private static async Task<(int Code, string Output)> RunAsync(string[] arguments, params (string Name, string Value)[] variables)
    {
        var start =
            new ProcessStartInfo(
                "dotnet",
                [typeof(ProxiedProgram).Assembly.Location, .. arguments])
            { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var name in Variables)
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1), TimeProvider.System);
        try
        {
            var complaints = process.StandardError.ReadToEndAsync(patience.Token);
            var output = await process.StandardOutput.ReadToEndAsync(patience.Token);
            await process.WaitForExitAsync(patience.Token);
            return (process.ExitCode, (output + await complaints).Trim());
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }
}

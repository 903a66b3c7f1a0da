using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace WorkloadIdentity.Tests;

/// <summary>The tool as it is built, in a process of its own.</summary>
public sealed class ToolProcessTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task It_starts_and_says_its_version()
    {
        using var wid = Start([], "--version");

        var output = await wid.StandardOutput.ReadToEndAsync();
        await EndAsync(wid);

        Assert.Equal((0, $"{BuildFacts.Version}\n"), (wid.ExitCode, output));
    }

    [Fact]
    public async Task Its_exit_code_and_its_two_outputs_are_what_scripts_rely_on()
    {
        using var wid = Start([("AZURE_CLIENT_SECRET", "canary-secret")], "token", "--scope", "api://orders/.default", "--raw");

        var output = wid.StandardOutput.ReadToEndAsync();
        var error = await wid.StandardError.ReadToEndAsync();
        await EndAsync(wid);

        Assert.Equal((4, ""), (wid.ExitCode, await output));
        Assert.StartsWith("wid:  AZURE_CLIENT_SECRET is set and AZURE_TENANT_ID and AZURE_CLIENT_ID are not", error, StringComparison.Ordinal);
        Assert.DoesNotContain("canary-secret", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ctrl_C_ends_it_at_once_while_it_waits_for_a_server()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        using var wid = Start(
            [
                ("AZURE_TENANT_ID", EntraFake.Tenant), ("AZURE_CLIENT_ID", EntraFake.ClientId), ("AZURE_CLIENT_SECRET", "canary-secret"),
                ("AZURE_AUTHORITY_HOST", $"http://{silent.LocalEndpoint}/"),
            ],
            "token", "--scope", "api://orders/.default", "--raw");

        // It has connected: now it waits for an answer that does not come.
        using var accepted = await silent.AcceptTcpClientAsync().WaitAsync(Patience);
        var clock = Stopwatch.StartNew();
        using (var kill = Process.Start("kill", ["-INT", $"{wid.Id}"]))
        {
            await EndAsync(kill);
        }

        await EndAsync(wid);

        Assert.Equal(130, wid.ExitCode);
        Assert.Equal("", await wid.StandardOutput.ReadToEndAsync());

        // Its own limits are minutes; a machine under load may take seconds to run anything.
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(20));
    }

    private static Process Start((string Name, string Value)[] variables, params string[] args)
    {
        var program = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "WorkloadIdentity.Tool.exe" : "WorkloadIdentity.Tool");

        // A shell may have started the tests with SIGINT ignored, and that is inherited.
        var start = OperatingSystem.IsWindows() ? new ProcessStartInfo(program, args) : new ProcessStartInfo("env", ["--default-signal=INT", program, .. args]);
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        var root = Environment.GetEnvironmentVariable("DOTNET_ROOT") ?? Path.GetDirectoryName(Environment.ProcessPath);
        var path = Environment.GetEnvironmentVariable("PATH");
        start.Environment.Clear();
        start.Environment["PATH"] = path;
        start.Environment["DOTNET_ROOT"] = root;
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    private static async Task EndAsync(Process process)
    {
        try
        {
            await process.WaitForExitAsync().WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }
}

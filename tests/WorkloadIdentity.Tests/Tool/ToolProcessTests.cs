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
        Assert.StartsWith("wid:  AZURE_CLIENT_SECRET is set and AZURE_TENANT_ID and ", error, StringComparison.Ordinal);
        Assert.DoesNotContain("canary-secret", error, StringComparison.Ordinal);
    }

    [TheoryOn(Systems.Unix)]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public async Task A_signal_ends_it_at_once_while_it_waits_for_a_server(string signal, int exitCode)
    {
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
        await SignalAsync(wid, signal);
        await EndAsync(wid);

        Assert.Equal(exitCode, wid.ExitCode);
        Assert.Equal("", await wid.StandardOutput.ReadToEndAsync());

        // Its own limits are minutes; a machine under load may take seconds to run anything.
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(20));
    }

    [FactOn(Systems.Unix)]
    public async Task The_end_of_its_container_is_a_good_end_for_an_emulator()
    {
        using var wid = Start([], "emulator");
        string? line;
        do
        {
            line = await wid.StandardOutput.ReadLineAsync().WaitAsync(Patience);
        }
        while (line is not null && !line.Contains("Ctrl+C ends it.", StringComparison.Ordinal));

        await SignalAsync(wid, "TERM");
        await EndAsync(wid);

        Assert.Equal((0, ""), (wid.ExitCode, await wid.StandardError.ReadToEndAsync()));
    }

    [TheoryOn(Systems.Linux)]
    [InlineData("", 0)]
    [InlineData(">&-", 6)]
    [InlineData("2>&-", 0)]
    [InlineData(">&- 2>&-", 6)]
    [InlineData("<&- >&- 2>&-", 6)]
    [InlineData(">/dev/full", 6)]
    [InlineData("2>/dev/full", 0)]
    [InlineData(">/dev/full 2>/dev/full", 6)]
    public async Task Closed_and_full_outputs_end_it_with_a_code_and_never_abort_it(string redirections, int exitCode)
    {
        // /dev/full is Linux's.
        using var wid = StartIn("sh", [], "-c", $"\"$0\" --version {redirections}", Program);
        await EndAsync(wid);

        Assert.Equal(exitCode, wid.ExitCode);
    }

    [FactOn(Systems.Unix)]
    public async Task A_reader_that_goes_away_is_no_failure()
    {
        using var wid = StartIn("sh", [], "-c", "{ \"$0\" emulator --schema; echo $? >&2; } | head -c 1 > /dev/null", Program);
        await EndAsync(wid);

        Assert.Equal("0\n", await wid.StandardError.ReadToEndAsync());
    }

    private static string Program =>
        Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "WorkloadIdentity.Tool.exe" : "WorkloadIdentity.Tool");

    private static async Task SignalAsync(Process process, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{process.Id}"]);
        await EndAsync(kill);
    }

    // A shell may have started the tests with SIGINT ignored, and that is inherited.
    private static Process Start((string Name, string Value)[] variables, params string[] args) =>
        OperatingSystem.IsWindows()
            ? StartIn(Program, variables, args)
            : StartIn("env", variables, ["--default-signal=INT", Program, .. args]);

    private static Process StartIn(string program, (string Name, string Value)[] variables, params string[] args)
    {
        var start = new ProcessStartInfo(program, args);
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

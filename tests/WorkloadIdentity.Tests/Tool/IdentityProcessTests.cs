using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Tests;

/// <summary>
/// <c>wid identity</c> as it is built, with real commands, signals and files. Unix only: the commands are those of a shell.
/// </summary>
public sealed class IdentityProcessTests : IAsyncLifetime
{
    private const string Scope = "api://emulated-api/.default";

    private readonly string _folder = Directory.CreateTempSubdirectory("wid-identity-").FullName;
    private EntraEmulator _entra = null!;

    private string FilePath => Path.Combine(_folder, "identity.env");

    public async Task InitializeAsync() => _entra = await EntraEmulator.StartAsync();

    public async Task DisposeAsync()
    {
        await _entra.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [FactOn(Systems.Unix)]
    public async Task A_command_gets_the_endpoint_and_no_other_identity_and_its_exit_code_and_output_are_those_of_wid()
    {
        using var wid = StartCommand("sh", "-c", "env; exit 7");

        var variables = Variables(await wid.StandardOutput.ReadToEndAsync());
        var error = await EndAsync(wid);

        Assert.Equal(7, wid.ExitCode);
        Assert.StartsWith("http://127.0.0.1:", variables["IDENTITY_ENDPOINT"], StringComparison.Ordinal);
        Assert.StartsWith("wid-", variables["IDENTITY_HEADER"], StringComparison.Ordinal);
        Assert.DoesNotContain(variables.Keys, name => name.StartsWith("AZURE_", StringComparison.Ordinal));
        Assert.DoesNotContain(variables["IDENTITY_HEADER"], error, StringComparison.Ordinal);
        Assert.StartsWith("wid:  serves the default chain for api://emulated-api at ", error, StringComparison.Ordinal);
    }

    [TheoryOn(Systems.Unix)]
    [InlineData("exit 0", 0)]
    [InlineData("exit 255", 255)]
    [InlineData("kill -TERM $$", 143)]
    [InlineData("kill -KILL $$", 137)]
    public async Task However_the_command_ends_wid_ends_the_same_way(string script, int exitCode)
    {
        using var wid = StartCommand("sh", "-c", script);
        await EndAsync(wid);

        Assert.Equal(exitCode, wid.ExitCode);
    }

    [FactOn(Systems.Unix)]
    public async Task Arguments_reach_the_command_as_they_are()
    {
        string[] args = ["@file", "--help", "--scope", "--", "-x", "", "a b", "ä", "*", "$HOME", "[directive]"];
        using var wid = StartCommand(["sh", "-c", "for a in \"$@\"; do echo \"<$a>\"; done", "sh", .. args]);

        var lines = (await wid.StandardOutput.ReadToEndAsync()).TrimEnd().Split('\n');
        await EndAsync(wid);

        Assert.Equal(args.Select(arg => $"<{arg}>"), lines);
    }

    [TheoryOn(Systems.Unix)]
    [InlineData(127, "no-such-command")]
    [InlineData(126, "/etc/passwd")]
    public async Task A_command_that_cannot_be_started_ends_with_the_code_of_shells(int exitCode, string command)
    {
        using var wid = StartCommand(command);

        var error = await EndAsync(wid);

        Assert.Equal(exitCode, wid.ExitCode);
        Assert.Contains("help: wid explain wid#wid-identity", error, StringComparison.Ordinal);
    }

    [FactOn(Systems.Unix)]
    public async Task A_program_in_the_current_folder_is_not_taken_for_a_command()
    {
        var trap = Path.Combine(_folder, "python-of-nobody");
        await File.WriteAllTextAsync(trap, "#!/bin/sh\necho trapped\n");
#pragma warning disable CA1416 // Unix only.
        File.SetUnixFileMode(trap, UnixFileMode.UserRead | UnixFileMode.UserExecute);
#pragma warning restore CA1416
        using var wid = StartCommand("python-of-nobody");

        var output = await wid.StandardOutput.ReadToEndAsync();
        await EndAsync(wid);

        Assert.Equal((127, ""), (wid.ExitCode, output));
    }

    [FactOn(Systems.Unix)]
    public async Task A_broken_pipe_ends_a_command_as_in_a_shell()
    {
        // The runtime ignores SIGPIPE. If the command inherited that, yes would report an error and end with 1.
        using var wid = StartCommand("sh", "-c", "{ yes; echo \"code $?\" >&2; } | head -n 1 > /dev/null");

        Assert.Contains("code 141\n", await EndAsync(wid), StringComparison.Ordinal);
    }

    [TheoryOn(Systems.Unix)]
    [InlineData("INT")]
    [InlineData("TERM")]
    [InlineData("HUP")]
    [InlineData("QUIT")]
    [InlineData("USR1")]
    [InlineData("USR2")]
    public async Task A_signal_to_wid_reaches_the_command_and_the_command_decides(string signal)
    {
        using var wid = StartCommand("sh", "-c", $"trap 'echo got {signal}; exit 3' {signal}; echo ready; while :; do sleep 0.05; done");
        Assert.Equal("ready", await wid.StandardOutput.ReadLineAsync().WaitAsync(Patience.Limit));

        await SignalAsync(wid.Id, signal);

        Assert.Equal($"got {signal}\n", await wid.StandardOutput.ReadToEndAsync().WaitAsync(Patience.Limit));
        await EndAsync(wid);
        Assert.Equal(3, wid.ExitCode);
    }

    [FactOn(Systems.Linux)]
    public async Task Ctrl_C_in_a_terminal_reaches_the_command_once()
    {
        // "script" gives a terminal to what it runs. Other systems have it with other options.
        const string Command =
            "n=0; trap 'n=$((n+1)); echo got $n' INT; trap 'echo total $n; exit 5' USR1; echo ready $PPID; while :; do sleep 0.05; done";
        using var terminal = Run(
            ["script", "-qec", $"exec '{Program}' identity --scope {Scope} -- sh -c \"$COMMAND\"", "/dev/null"], ("COMMAND", Command));
        var wid = (await LineAsync(terminal, "ready ")).Split("ready ")[1].Trim();

        await terminal.StandardInput.WriteAsync('\x03');
        await terminal.StandardInput.FlushAsync();
        await LineAsync(terminal, "got ");
        await SignalAsync(int.Parse(wid, CultureInfo.InvariantCulture), "USR1");

        Assert.Contains("total 1", await LineAsync(terminal, "total "), StringComparison.Ordinal);
        await EndAsync(terminal);
        Assert.Equal(5, terminal.ExitCode);
    }

    [FactOn(Systems.Unix)]
    public async Task A_command_that_ignores_a_signal_goes_on_and_so_does_the_endpoint()
    {
        using var wid = StartCommand("sh", "-c", "trap '' TERM; echo ready; read line; env; exit 4");
        Assert.Equal("ready", await wid.StandardOutput.ReadLineAsync().WaitAsync(Patience.Limit));

        await SignalAsync(wid.Id, "TERM");
        await SignalAsync(wid.Id, "TERM");
        await wid.StandardInput.WriteLineAsync("go on");
        var variables = Variables(await wid.StandardOutput.ReadToEndAsync());
        await EndAsync(wid);

        Assert.Equal(4, wid.ExitCode);
        Assert.NotEmpty(variables["IDENTITY_ENDPOINT"]);
    }

    [FactOn(Systems.Unix)]
    public async Task The_endpoint_ends_with_the_command()
    {
        using var wid = StartCommand("sh", "-c", "env; (sleep 600 >/dev/null 2>&1 & echo CHILD=$!)");
        var variables = Variables(await wid.StandardOutput.ReadToEndAsync());
        await EndAsync(wid);

        // A process that the command left behind has no endpoint any more.
        await SignalAsync(int.Parse(variables["CHILD"], CultureInfo.InvariantCulture), "KILL");
        using var client = new TcpClient();
        await Assert.ThrowsAsync<SocketException>(
            () => client.ConnectAsync("127.0.0.1", new Uri(variables["IDENTITY_ENDPOINT"]).Port));
    }

    [FactOn(Systems.Linux)]
    public async Task The_command_does_not_outlive_a_wid_that_is_killed()
    {
        using var wid = StartCommand("sh", "-c", "trap '' TERM HUP INT; echo $$; exec sleep 600");
        var child = int.Parse((await wid.StandardOutput.ReadLineAsync().WaitAsync(Patience.Limit))!, CultureInfo.InvariantCulture);
        Assert.True(FakeTool.IsRunning(child));

        await SignalAsync(wid.Id, "KILL");

        await Patience.UntilAsync(() => !FakeTool.IsRunning(child));
    }

    [FactOn(Systems.Unix)]
    public async Task A_nested_wid_identity_is_refused()
    {
        using var wid = StartCommand(Program, "identity", "--scope", Scope, "--", "echo", "nested");

        var output = await wid.StandardOutput.ReadToEndAsync();
        var error = await EndAsync(wid);

        Assert.Equal((2, ""), (wid.ExitCode, output));
        Assert.Contains("another 'wid identity'", error, StringComparison.Ordinal);
    }

    [FactOn(Systems.Unix)]
    public async Task The_tool_itself_gets_a_token_through_the_endpoint_and_an_audit_line_names_it()
    {
        using var wid = StartCommand(Program, "token", "--scope", Scope, "--json");

        var output = await wid.StandardOutput.ReadToEndAsync();
        var error = await EndAsync(wid);

        Assert.Equal(0, wid.ExitCode);
        Assert.Contains("\"acquiredBy\": \"default chain/managed identity\"", output, StringComparison.Ordinal);
        Assert.Matches(@"wid:  \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ token for api://emulated-api to process \d+\n", error);
        Assert.Equal(1, error.Split("token for ").Length - 1);
    }

    [TheoryOn(Systems.Unix)]
    [InlineData("INT")]
    [InlineData("TERM")]
    [InlineData("HUP")]
    [InlineData("QUIT")]
    public async Task The_file_is_for_this_user_only_and_is_gone_after_a_signal(string signal)
    {
        using var wid = Start("--env-file", FilePath);
        await Patience.UntilAsync(() => File.Exists(FilePath) && new FileInfo(FilePath).Length > 0);

        var variables = Variables(await File.ReadAllTextAsync(FilePath));
#pragma warning disable CA1416 // Unix only.
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(FilePath));
#pragma warning restore CA1416
        Assert.Equal(["IDENTITY_ENDPOINT", "IDENTITY_HEADER"], variables.Keys);
        using (var client = new TcpClient())
        {
            await client.ConnectAsync("127.0.0.1", new Uri(variables["IDENTITY_ENDPOINT"]).Port);
        }

        await SignalAsync(wid.Id, signal);
        var error = await EndAsync(wid);

        Assert.Equal(0, wid.ExitCode);
        Assert.False(File.Exists(FilePath));
        Assert.DoesNotContain(variables["IDENTITY_HEADER"], error, StringComparison.Ordinal);
    }

    [FactOn(Systems.Unix)]
    public async Task The_file_is_gone_when_nobody_asks_for_the_idle_limit()
    {
        using var wid = Start("--env-file", FilePath, "--idle", "00:00:01");

        var error = await EndAsync(wid);

        Assert.Equal(0, wid.ExitCode);
        Assert.Contains("nobody asked for 00:00:01. The endpoint has ended.", error, StringComparison.Ordinal);
        Assert.False(File.Exists(FilePath));
    }

    [TheoryOn(Systems.Unix)]
    [InlineData("file")]
    [InlineData("link")]
    [InlineData("dangling link")]
    [InlineData("folder")]
    public async Task What_is_at_the_path_of_the_file_is_never_written_to(string what)
    {
        var target = Path.Combine(_folder, "target");
        if (what is "file" or "link")
        {
            await File.WriteAllTextAsync(what == "file" ? FilePath : target, "");
        }

        _ = what switch
        {
            "folder" => (FileSystemInfo)Directory.CreateDirectory(FilePath),
            "link" or "dangling link" => File.CreateSymbolicLink(FilePath, target),
            _ => new FileInfo(FilePath),
        };

        using var wid = Start("--env-file", FilePath);
        var error = await EndAsync(wid);

        Assert.Equal(2, wid.ExitCode);
        Assert.Contains("The file of --env-file is there already.", error, StringComparison.Ordinal);
        Assert.True(Path.Exists(FilePath) || new FileInfo(FilePath).LinkTarget is not null);
        Assert.Equal(what == "link", File.Exists(target));
        Assert.True(what != "link" || new FileInfo(target).Length == 0);
    }

    [FactOn(Systems.Unix)]
    public async Task No_variable_of_a_web_server_makes_it_listen_elsewhere()
    {
        using var wid = Start(
            [
                ("ASPNETCORE_URLS", "http://*:0"), ("URLS", "http://*:0"), ("ASPNETCORE_HTTP_PORTS", "0"),
                ("Kestrel__Endpoints__A__Url", "http://*:0"),
            ],
            "--env-file",
            FilePath);
        await Patience.UntilAsync(() => File.Exists(FilePath) && new FileInfo(FilePath).Length > 0);

        if (OperatingSystem.IsLinux())
        {
            string[] sockets = [.. Directory.EnumerateFiles($"/proc/{wid.Id}/fd").Select(file => new FileInfo(file).LinkTarget ?? "")];
            string[] listening =
            [
                .. File.ReadLines("/proc/net/tcp").Concat(File.ReadLines("/proc/net/tcp6"))
                    .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                    .Where(columns => columns[3] == "0A" && sockets.Contains($"socket:[{columns[9]}]"))
                    .Select(columns => columns[1].Split(':')[0]),
            ];
            Assert.Equal(["0100007F"], listening);
        }

        await SignalAsync(wid.Id, "TERM");
        await EndAsync(wid);
    }

    private static string Program => Path.Combine(AppContext.BaseDirectory, "WorkloadIdentity.Tool");

    private static Dictionary<string, string> Variables(string text) => text.Split('\n')
        .Select(line => line.Split('=', 2))
        .Where(pair => pair.Length == 2)
        .DistinctBy(pair => pair[0])
        .ToDictionary(pair => pair[0], pair => pair[1]);

    private static async Task SignalAsync(int process, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{process}"]);
        await kill.WaitForExitAsync().WaitAsync(Patience.Limit);
    }

    /// <summary>Waits for the end of the process and returns its standard error.</summary>
    private static async Task<string> EndAsync(Process wid)
    {
        try
        {
            var error = await wid.StandardError.ReadToEndAsync().WaitAsync(Patience.Limit);
            await wid.WaitForExitAsync().WaitAsync(Patience.Limit);
            return error;
        }
        catch (TimeoutException)
        {
            wid.Kill(entireProcessTree: true);
            throw;
        }
    }

    /// <summary>Reads lines until one has the text.</summary>
    private static async Task<string> LineAsync(Process process, string text)
    {
        while (await process.StandardOutput.ReadLineAsync().WaitAsync(Patience.Limit) is { } line)
        {
            if (line.Contains(text, StringComparison.Ordinal))
            {
                return line;
            }
        }

        throw new Xunit.Sdk.XunitException($"The process ended without a line '{text}'.");
    }

    private Process StartCommand(params string[] command) => Start(["--", .. command]);

    private Process Start(params string[] args) => Start([], args);

    private Process Start((string Name, string Value)[] variables, params string[] args) =>
        Run([Program, "identity", "--scope", Scope, .. args], variables);

    private Process Run(string[] command, params (string Name, string Value)[] variables)
    {
        // A shell may have started the tests with a signal ignored, and that is inherited.
        var start = new ProcessStartInfo("env", ["--default-signal", .. command])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _folder,
        };
        var root = Environment.GetEnvironmentVariable("DOTNET_ROOT") ?? Path.GetDirectoryName(Environment.ProcessPath);
        var path = Environment.GetEnvironmentVariable("PATH");
        start.Environment.Clear();
        start.Environment["PATH"] = path;
        start.Environment["DOTNET_ROOT"] = root;
        foreach (var (name, value) in _entra.Application.EnvironmentWithSecret())
        {
            start.Environment[name] = value;
        }

        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }
}

using System.Globalization;
using System.Runtime.InteropServices;

namespace WorkloadIdentity.Tests;

/// <summary>A folder on PATH with tools that are shell scripts. They note how they were called.</summary>
internal sealed class FakeTool : IDisposable
{
    public FakeTool()
    {
        Folder = Directory.CreateTempSubdirectory("wi-tool-").FullName;
        Variables["PATH"] = Folder;
    }

    public string Folder { get; }

    public FakeClock Clock { get; } = new();

    public Dictionary<string, string> Variables { get; } = [];

    /// <summary>The arguments of each run, one run a line.</summary>
    public IReadOnlyList<string> Runs => File.Exists(RunsFile) ? File.ReadAllLines(RunsFile) : [];

    private string RunsFile => Path.Combine(Folder, "runs");

    public static string AzToken(string token = "token-canary", string ends = "\"expires_on\": 1767229200") =>
        $$"""{ "accessToken": "{{token}}", {{ends}}, "subscription": "s", "tenant": "t", "tokenType": "Bearer" }""";

    /// <summary>Puts a tool there. The script runs under sh.</summary>
    public FakeTool Has(
        string name, string script, UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute)
    {
        var file = Path.Combine(Folder, name);
        File.WriteAllText(file, $"#!/bin/sh\necho \"$@\" >> '{RunsFile}'\n{script}\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, mode);
        }

        return this;
    }

    /// <summary>A tool that answers with <paramref name="output"/>.</summary>
    public FakeTool Answers(string name, string output) => Has(name, $"cat <<'END'\n{output}\nEND");

    /// <summary>A tool that fails with words.</summary>
    public FakeTool Fails(string name, string words, int exitCode = 1) => Has(name, $"cat >&2 <<'END'\n{words}\nEND\nexit {exitCode}");

    /// <summary>A tool that starts a child and waits for it for ever. Both note their process id, one a line.</summary>
    public FakeTool Hangs(string name) => Has(name, $"echo $$ >> '{PidsFile}'\nsleep 600 &\necho $! >> '{PidsFile}'\nwait");

    /// <summary>The process ids of a hanging tool and its child, once both are there.</summary>
    public async Task<int[]> PidsAsync()
    {
        await Patience.UntilAsync(() => File.Exists(PidsFile) && File.ReadAllText(PidsFile).Count(character => character == '\n') == 2);
        return [.. File.ReadAllLines(PidsFile).Select(line => int.Parse(line, CultureInfo.InvariantCulture))];
    }

    public static bool IsRunning(int pid)
    {
        // Killed and not yet collected by its new parent, it is in the list and runs no more.
        var state =
            RuntimeInformation.IsOSPlatform(OSPlatform.Linux) && File.Exists($"/proc/{pid}/stat")
                ? File.ReadAllText($"/proc/{pid}/stat").Split(") ")[^1][0]
                : 'X';
        return state is not ('X' or 'Z');
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private string PidsFile => Path.Combine(Folder, "pids");
}

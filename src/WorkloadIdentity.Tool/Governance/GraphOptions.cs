using System.CommandLine;
using WorkloadIdentity.Governance;

namespace WorkloadIdentity.Tool;

/// <summary>The options of every command that reads a tenant: who reads, from where, and which state it keeps.</summary>
/// <param name="readsInventory">Whether the command reads an inventory, which has a state.</param>
internal sealed class GraphOptions(bool readsInventory = true)
{
    private readonly IdentityOptions _identity = new();
    private readonly Option<string?> _graph = new("--graph")
    {
        Description = "The address of Microsoft Graph. [default: by the cloud of AZURE_AUTHORITY_HOST] An emulator's is on this machine.",
        HelpName = "url",
    };

    private readonly Option<string?> _state = new("--state")
    {
        Description = "The folder of the state file, which makes the next reading short. [default: the user's folder for state]",
        HelpName = "folder",
    };

    private readonly Option<bool> _fresh = new("--fresh") { Description = "Read everything again, whatever the state file has." };

    public void AddTo(Command command)
    {
        if (readsInventory)
        {
            command.Options.Add(_fresh);
            command.Options.Add(_state);
        }

        command.Options.Add(_graph);
        _identity.AddTo(command);
    }

    /// <exception cref="ToolException">Options exclude each other, or a value is malformed.</exception>
    public TenantReading Read(ParseResult parsed, Surroundings surroundings)
    {
        var chosen = _identity.Read(parsed, surroundings);
        var scope = ScopeArgument.Graph(chosen.Environment);
        var cloud = new Uri(scope[..^".default".Length]);
        var address = parsed.GetValue(_graph) is { } graph ? Address(graph, cloud) : cloud;
        RefuseGraphBesideEmulator(chosen.Environment, address);
        return new TenantReading(
            surroundings, chosen, scope, address,
            readsInventory ? StateFolder(parsed.GetValue(_state), surroundings) : null,
            readsInventory && parsed.GetValue(_fresh));
    }

    /// <summary>An emulator's token opens nothing at the real Graph, which should not see it either.</summary>
    private static void RefuseGraphBesideEmulator(WorkloadEnvironment environment, Uri graph)
    {
        var host = Authority.Choose(stated: null, environment, allowUnknown: false).Host;
        if (host is not null && IsThisMachine(host) && !IsThisMachine(graph))
        {
            throw new ToolException(
                $"AZURE_AUTHORITY_HOST is an emulator ({host.Authority}), and {graph.Authority} is not.",
                "Add --graph with the http address of its Graph, which 'wid emulator' prints, such as "
                    + $"--graph http://{host.Authority}/apis/graph/",
                "governance#try-it");
        }
    }

    private static bool IsThisMachine(Uri address) => LiteralAddress.IsLoopback(address) || address.IdnHost == "localhost";

    /// <summary>A token goes there, so it is Graph's own host or this machine.</summary>
    private static Uri Address(string text, Uri cloud)
    {
        Uri[] known = [cloud, GraphCloud.Public, GraphCloud.UsGovernment, GraphCloud.UsGovernmentDod, GraphCloud.China];
        return Uri.TryCreate(text.EndsWith('/') ? text : $"{text}/", UriKind.Absolute, out var address)
            && address is { Scheme: "http" or "https", Query: "", Fragment: "", UserInfo: "" }
            && (Array.IndexOf(known, address) >= 0 || LiteralAddress.IsLoopback(address))
            ? address
            : throw new ToolException(
                "--graph is not an address of Microsoft Graph or of this machine.",
                $"Use {cloud.AbsoluteUri} or the address that 'wid emulator' printed, with an IP address such as 127.0.0.1.",
                "governance");
    }

    private static string? StateFolder(string? stated, Surroundings surroundings)
    {
        if (stated is not null)
        {
            return stated.Trim().Length > 0
                ? Path.GetFullPath(stated)
                : throw new ToolException("--state is empty.", "Name a folder.", "governance#the-state-file");
        }

        var environment = surroundings.Environment;
        var root = environment.Variable("XDG_STATE_HOME") ?? environment.Variable("LOCALAPPDATA")
            ?? (environment.Variable("HOME") is { Length: > 0 } home ? Path.Combine(home, ".local", "state") : null);
        return root is null ? null : Usable(Path.Combine(root, "wid"), surroundings);
    }

    /// <summary>The default folder, if files can be made in it. Without it, only the next reading takes longer.</summary>
    private static string? Usable(string folder, Surroundings surroundings)
    {
        try
        {
            Directory.CreateDirectory(folder);
            // A container's process has the same id at each start, so one that was killed may have left this file.
            var probe = Path.Combine(folder, $"probe-{Environment.ProcessId}");
            File.Delete(probe);
            PrivateFile.Create(probe).Dispose();
            File.Delete(probe);
            return folder;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Screen.Error(surroundings).Line($"wid:  No state file is kept: {folder} cannot be written to. --state names another folder.");
            return null;
        }
    }
}

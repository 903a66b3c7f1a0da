using System.Diagnostics;
using System.Globalization;

namespace WorkloadIdentity.Tool;

/// <summary>
/// How the command of <c>wid identity</c> is started on Unix. .NET cannot run code between fork and exec, so wid starts itself, asks the
/// kernel to be killed with its parent, and becomes the command. The command is found in PATH only, never in the current folder.
/// </summary>
internal static class TiedCommand
{
    /// <summary>The first argument of a wid that becomes a command. It is not in the help.</summary>
    public const string Argument = "--become";

    /// <summary>How a process for the command is started.</summary>
    public static ProcessStartInfo Start(IReadOnlyList<string> command)
    {
        if (OperatingSystem.IsWindows() || Environment.ProcessPath is not { } program)
        {
            return new ProcessStartInfo(command[0], command.Skip(1));
        }

        // As "dotnet WorkloadIdentity.Tool.dll", or as a file of its own.
        string[] tool = Path.GetFileName(program) == "dotnet" ? [Path.Combine(AppContext.BaseDirectory, "WorkloadIdentity.Tool.dll")] : [];
        return new ProcessStartInfo(
            program, [.. tool, Argument, Environment.ProcessId.ToString(CultureInfo.InvariantCulture), .. command]);
    }

    /// <summary>Becomes the command. It returns only if that fails.</summary>
    public static int Become(string[] args, Surroundings surroundings)
    {
        if (args is not [_, var parent, _, ..] || !int.TryParse(parent, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
        {
            return Wid.End(
                Screen.Error(surroundings),
                new ToolException($"{Argument} is for wid itself.", "Use: wid identity --scope <scope> -- <command>"));
        }

        if (OperatingSystem.IsLinux() && !UnixProcess.DieWith(id))
        {
            return ExitCodes.Terminated;
        }

        var error = UnixProcess.Become(args[2..]);
        return Wid.End(Screen.Error(surroundings), NotStarted(isMissing: error == UnixProcess.NoSuchFile));
    }

    /// <summary>The command could not be started. The exit codes are those of a shell.</summary>
    public static ToolException NotStarted(bool isMissing) => isMissing
        ? new(
            ExitCodes.CommandNotFound,
            "The command was not found.",
            "Check its name and PATH. A file in the current folder needs './' in front.",
            ToolException.Reference("wid#wid-identity"))
        : new(
            ExitCodes.CommandNotStarted,
            "The command is there and could not be started.",
            "Check that it is a program and that this user may execute it.",
            ToolException.Reference("wid#wid-identity"));
}

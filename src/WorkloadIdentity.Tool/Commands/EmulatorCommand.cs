using System.CommandLine;
using System.Net.Sockets;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Tool;

/// <summary>
/// <c>wid emulator</c>: runs the local Entra that one JSON file describes, until Ctrl+C. What it is and does is the emulator's; this is its
/// front door.
/// </summary>
internal static class EmulatorCommand
{
    // Without a file there is nobody yet who trusts its certificate, and this SDK takes plain http to loopback. Nobody has listed APIs
    // either.
    private const string WithoutFile = """{ "server": { "secureAuthority": false }, "acceptsAnyResource": true }""";

    public static Command Create(Surroundings surroundings)
    {
        var file = new Argument<string?>("file")
        {
            Description = "What it starts with (docs/emulator.md). Without one: a tenant, an application with a secret, and an API.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var variables = new Option<string?>("--env-file")
        {
            Description = "Write the variables that make a program the application it starts with, its secret among them, to this file, "
                + "readable by this user only.",
            HelpName = "path",
        };
        var output = new Option<string?>("--output")
        {
            Description = "The folder below which the files are written that the file asks for. [default: the file's own folder]",
            HelpName = "folder",
        };
        var schema = new Option<bool>("--schema") { Description = "Write the JSON schema of the file, for editors, and end." };
        var command = new Command("emulator", "Runs a local Entra to develop against. Its tokens are worthless anywhere else.")
        {
            file, variables, output, schema,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (parsed.GetValue(schema))
            {
                await surroundings.Out.WriteLineAsync(EmulatorFile.Schema).ConfigureAwait(false);
                return ExitCodes.Ok;
            }

            var path = parsed.GetValue(file);
            if (path is null && parsed.GetValue(output) is not null)
            {
                throw new ToolException(
                    "--output is for the files that a file asks for, and there is no file.",
                    "Name one: wid emulator emulator.json --output <folder>");
            }

            var entra = await StartAsync(surroundings, path, parsed.GetValue(output), cancellationToken).ConfigureAwait(false);
            await using (entra.ConfigureAwait(false))
            {
                if (parsed.GetValue(variables) is { } target)
                {
                    // Plain http on this machine: the certificate is new at each start, and nobody trusts it yet.
                    Write(target, new Dictionary<string, string>(entra.Application.EnvironmentWithSecret())
                    {
                        ["AZURE_AUTHORITY_HOST"] = entra.LocalAddress.AbsoluteUri,
                    });
                }

                Tell(Screen.Out(surroundings), entra, parsed.GetValue(variables));
                await UntilInterruptedAsync(surroundings, cancellationToken).ConfigureAwait(false);
            }

            // Being ended is what a server is for.
            return ExitCodes.Ok;
        });
        return command;
    }

    private static async Task<EntraEmulator> StartAsync(
        Surroundings surroundings, string? path, string? output, CancellationToken cancellationToken)
    {
        try
        {
            var file = path is null ? EmulatorFile.Parse(WithoutFile) : EmulatorFile.Read(path, output);
            return await file.StartAsync(surroundings.TimeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (EmulatorFileException exception)
        {
            throw new ToolException(
                ExitCodes.Usage,
                exception.Message,
                "Mend each of them; 'wid emulator --schema' lets an editor point them out.",
                ToolException.Reference("emulator#as-a-process-from-one-file"));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or SocketException)
        {
            // A file, an address of another machine or a taken port, in the system's words, which name the one or the other.
            throw new ToolException(
                ExitCodes.Usage,
                $"The emulator could not start. {exception.Message}",
                "Check the file's path, the files it asks for, that 'server.address' is an address of this machine, and that its ports are "
                + "free (0 takes any).",
                ToolException.Reference("emulator#as-a-process-from-one-file"));
        }
    }

    private static void Tell(Screen screen, EntraEmulator entra, string? variables)
    {
        foreach (var line in entra.Banner.ReplaceLineEndings("\n").Split('\n'))
        {
            screen.Line((line, line.StartsWith(' ') ? null : ConsoleColor.Yellow));
        }

        screen.Line($"  application {entra.Application.ClientId}");
        if (variables is not null)
        {
            screen.Line($"  variables   {variables}, for: set -a; . {variables}; set +a");
        }

        screen.Line();
        screen.Line("Ctrl+C ends it.");
    }

    private static async Task UntilInterruptedAsync(Surroundings surroundings, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, surroundings.TimeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Ctrl+C, or the end of its container.
        }
    }

    /// <summary>Made anew, because an existing file would keep the rights it has.</summary>
    private static void Write(string path, IReadOnlyDictionary<string, string> variables)
    {
        try
        {
            File.Delete(path);
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using var writer = new StreamWriter(path, options);
            foreach (var (name, value) in variables)
            {
                writer.Write($"{name}={value}\n");
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ToolException(
                "The file of --env-file could not be written.", $"Name a path in a folder this user may write to. {exception.Message}");
        }
    }
}

using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net.Sockets;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Tool;

/// <summary>
/// <c>wid emulator</c>: runs the local Entra that one JSON file describes, until Ctrl+C. The emulator does the work; this is its
/// command line.
/// </summary>
internal static class EmulatorCommand
{
    // Without a file no program trusts its certificate yet, and this SDK accepts plain http to loopback. No APIs are listed
    // either, so it accepts any. The admin token opens its page, and the link has it.
    private static string WithoutFile() =>
        $$"""
        {
          "server": { "secureAuthority": false }, "acceptsAnyResource": true,
          "admin": { "token": "{{EmulatorAdminToken.NewRandom()}}" }
        }
        """;

    public static Command Create(Surroundings surroundings)
    {
        var file = new Argument<string?>("file")
        {
            Description = "The file it starts with; 'wid explain emulator' describes it. Without one: a tenant, an application with "
                + "a secret, and an API.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var variables = new Option<string?>("--env-file")
        {
            Description = "Write the variables of an application, with its secret, to this file, readable by this user only. The "
                + "application is the first of the file that has a secret.",
            HelpName = "path",
        };
        var wait = new Option<bool>("--wait")
        {
            Description = "Start nothing: wait until the emulator that another command started listens and has written --env-file.",
        };
        var output = new Option<string?>("--output")
        {
            Description = "The folder below which the files are written that the file asks for. [default: the file's own folder]",
            HelpName = "folder",
        };
        var schema = new Option<bool>("--schema") { Description = "Write the JSON schema of the file, for editors, and end." };
        var command = new Command("emulator", "Runs a local Entra to develop against. Its tokens are worthless anywhere else.")
        {
            file, variables, wait, output, schema,
        };
        command.Validators.Add(result =>
        {
            if (!result.Children.Any(HasWrongCount)
                && Problem(result.GetValue(file), result.GetValue(variables), result.GetValue(output), result.GetValue(wait))
                    is { } problem)
            {
                result.AddError(problem);
            }
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (parsed.GetValue(schema))
            {
                await surroundings.Out.WriteLineAsync(EmulatorFile.Schema).ConfigureAwait(false);
            }
            else if (parsed.GetValue(wait))
            {
                await EmulatorVariables.WaitAsync(parsed.GetValue(variables)!, surroundings, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                await RunAsync(surroundings, parsed.GetValue(file), parsed.GetValue(output), parsed.GetValue(variables), cancellationToken)
                    .ConfigureAwait(false);
            }

            // Ctrl+C is the normal end of a server.
            return ExitCodes.Ok;
        });
        return command;
    }

    /// <summary>An option without its value, or with two: an error of its own, and reading it would throw.</summary>
    private static bool HasWrongCount(SymbolResult symbol) =>
        symbol is OptionResult { Option.Arity.MinimumNumberOfValues: 1, Tokens.Count: not 1 };

    /// <summary>Why the arguments cannot be combined; null if they can.</summary>
    private static string? Problem(string? file, string? variables, string? output, bool wait) =>
        IsEmpty(file) ? "The file's name is empty."
        : IsEmpty(variables) ? "--env-file is empty."
        : IsEmpty(output) ? "--output is empty."
        : file is null && output is not null ? "--output is for the files that an emulator's file asks for: name that file too."
        : wait && variables is null ? "--wait waits for the file of --env-file: name it."
        : wait && file is not null ? "--wait starts no emulator, so it takes no file."
        : null;

    private static bool IsEmpty(string? value) => value is not null && value.Trim().Length == 0;

    private static async Task RunAsync(
        Surroundings surroundings, string? file, string? output, string? variables, CancellationToken cancellationToken)
    {
        if (variables is not null)
        {
            EmulatorVariables.Remove(variables);
        }

        var entra = await StartAsync(surroundings, file, output, cancellationToken).ConfigureAwait(false);
        await using (entra.ConfigureAwait(false))
        {
            var application = EmulatorVariables.Application(entra);
            try
            {
                if (variables is not null)
                {
                    EmulatorVariables.Write(variables, entra, application);
                }

                Tell(Screen.Out(surroundings), entra, application, variables);
                TellLink(surroundings, entra);
                await UntilInterruptedAsync(surroundings, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                // Its secret and its address are worth nothing any more, and another program may get the port.
                if (variables is not null)
                {
                    EmulatorVariables.Remove(variables);
                }
            }
        }
    }

    private static async Task<EntraEmulator> StartAsync(
        Surroundings surroundings, string? path, string? output, CancellationToken cancellationToken)
    {
        try
        {
            var file = path is null ? EmulatorFile.Parse(WithoutFile()) : EmulatorFile.Read(path, output);
            return await file.StartAsync(surroundings.TimeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (EmulatorFileException exception)
        {
            throw new ToolException(
                ExitCodes.Usage,
                exception.Message,
                "Correct each of them. 'wid emulator --schema > schema.json' lets an editor mark them.",
                ToolException.Reference("emulator#as-a-process-from-one-file"));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or SocketException)
        {
            // The message of the system names the cause: a file, an address of another machine, or a port in use.
            throw new ToolException(
                ExitCodes.Usage,
                $"The emulator could not start. {exception.Message}",
                "Check the file's path, the files it asks for, that 'server.address' is an address of this machine, and that its ports are "
                + "free (0 takes any).",
                ToolException.Reference("emulator#as-a-process-from-one-file"));
        }
    }

    private static void Tell(Screen screen, EntraEmulator entra, EmulatedApplication application, string? variables)
    {
        foreach (var line in entra.Banner.ReplaceLineEndings("\n").Split('\n'))
        {
            var isTitle = !line.StartsWith(' ');
            foreach (var wrapped in isTitle ? Wrapped.Lines(line) : [line])
            {
                screen.Line((wrapped, isTitle ? ConsoleColor.Yellow : null));
            }
        }

        screen.Line($"  application {application.ClientId}");
        if (variables is not null)
        {
            screen.Line($"  variables   {variables}, for: set -a; . {VariablesFile.Sourced(variables)}; set +a");
            if (application.UnexpiredSecret is null)
            {
                screen.Line("              without a secret, because the application has none: set its credential's variables yourself");
            }
        }
    }

    /// <summary>
    /// The link to the page, with the admin token behind the #, which a browser never sends. Only a person at a terminal gets it, because
    /// output that goes to a file or a build log is kept and read by others. A token that somebody chose may be used elsewhere too.
    /// </summary>
    private static void TellLink(Surroundings surroundings, EntraEmulator entra)
    {
        var screen = Screen.Out(surroundings);
        if (!surroundings.IsOutRedirected && entra.AdminToken is { } token && EmulatorAdminToken.IsRandom(token))
        {
            screen.Line();
            screen.Line("Open its page:");
            screen.Line($"{entra.PageAddress}#token={token}");
        }

        screen.Line();
        screen.Line(Screen.HowToEnd);
    }

    private static async Task UntilInterruptedAsync(Surroundings surroundings, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, surroundings.TimeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Ctrl+C, or the container stops.
        }
    }
}

using System.CommandLine;
using System.Globalization;

namespace WorkloadIdentity.Tool;

/// <summary>
/// <c>wid identity</c>: serves this identity's tokens to programs of any language, in the form of App Service's managed identity endpoint,
/// as long as one command runs or until nobody asks any more.
/// </summary>
internal static class IdentityCommand
{
    private const string IdleForm = @"hh\:mm\:ss";
    private static readonly TimeSpan DefaultIdle = TimeSpan.FromMinutes(30);

    public static Command Create(Surroundings surroundings)
    {
        var scopes = new Option<string[]>("--scope")
        {
            Description = "A scope that may be asked for: a resource followed by /.default. Repeat it for each resource.",
            HelpName = "scope",
            Required = true,
            Arity = ArgumentArity.OneOrMore,
        };
        var file = new Option<string?>("--env-file")
        {
            Description = "Run no command: write the endpoint's variables to this new file, which only this user may read, and serve "
                + "until Ctrl+C.",
            HelpName = "path",
        };
        var idle = new Option<string?>("--idle")
        {
            Description = "With --env-file: end when nobody has asked for this long, at most a day. "
                + $"[default: {DefaultIdle.ToString(IdleForm, CultureInfo.InvariantCulture)}]",
            HelpName = "hh:mm:ss",
        };
        var child = new Argument<string[]>("command")
        {
            Description = "The command, after '--', with its arguments. It finds the endpoint in its variables.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var identity = new IdentityOptions();
        var command = new Command("identity", "Lets a program in any language use this identity, as a managed identity.")
        {
            scopes, file, idle, child,
        };
        identity.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (path, words) = (parsed.GetValue(file), parsed.GetValue(child) ?? []);
            var limit = Idle(path, parsed.GetValue(idle), words);
            EndpointVariables.RefuseNesting(surroundings.Environment);
            using var served =
                new ServedIdentity(identity.Read(parsed, surroundings), parsed.GetValue(scopes) ?? [], surroundings.TimeProvider);
            var audit = new AuditLog(surroundings);
            var server =
                await IdentityEndpointServer.StartAsync(served, audit, surroundings.TimeProvider, new EndpointLimits(), cancellationToken)
                    .ConfigureAwait(false);
            await using (server.ConfigureAwait(false))
            {
                audit.Say($"serves {served.Description} for {string.Join(", ", served.Resources)} at {server.Address}");
                var variables = EndpointVariables.Of(server.Address, server.Secret, surroundings.Environment);
                if (path is null)
                {
                    return await ChildProcess.RunAsync(words, variables, surroundings, cancellationToken).ConfigureAwait(false);
                }

                using var written = EndpointFile.Create(path, variables);
                await ServeAsync(server, audit, path, limit, cancellationToken).ConfigureAwait(false);
                return ExitCodes.Ok;
            }
        });
        return command;
    }

    /// <summary>Checks that there is one user of the endpoint: a command or a file. Returns the idle limit of the file.</summary>
    private static TimeSpan Idle(string? path, string? idle, string[] command)
    {
        if (path is null == (command.Length == 0) || path?.Trim().Length == 0 || (command is [var name, ..] && name.Trim().Length == 0))
        {
            throw new ToolException(
                "Name a command after '--', or a file with --env-file, and not both.",
                "wid identity --scope https://vault.azure.net/.default -- python app.py",
                "wid#wid-identity");
        }

        if (idle is null)
        {
            return DefaultIdle;
        }

        if (path is null)
        {
            throw new ToolException(
                "--idle is for --env-file. With a command, the endpoint ends when the command ends.",
                "Leave --idle out.",
                "wid#wid-identity");
        }

        return TimeSpan.TryParseExact(idle, IdleForm, CultureInfo.InvariantCulture, out var limit) && limit >= TimeSpan.FromSeconds(1)
            ? limit
            : throw new ToolException(
                "--idle is not a time.", "Use hours, minutes and seconds, such as 00:30:00, up to 23:59:59.", "wid#wid-identity");
    }

    private static async Task ServeAsync(
        IdentityEndpointServer server, AuditLog audit, string path, TimeSpan idle, CancellationToken cancellationToken)
    {
        audit.Say($"variables: set -a; . {VariablesFile.Sourced(path)}; set +a. {Screen.HowToEnd}");
        try
        {
            await server.UntilIdleAsync(idle, cancellationToken).ConfigureAwait(false);
            audit.Say(string.Create(CultureInfo.InvariantCulture, $"nobody asked for {idle}. The endpoint has ended."));
        }
        catch (OperationCanceledException)
        {
            // Ctrl+C, or the container stops: the normal end of a server.
        }
    }
}

using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Net.Sockets;

namespace WorkloadIdentity.Tool;

/// <summary>The command line: its commands, and how every command ends.</summary>
internal static class Wid
{
    public static async Task<int> RunAsync(string[] args, Surroundings surroundings, CancellationToken cancellationToken)
    {
        var error = Screen.Error(surroundings);
        try
        {
            var parsed = Create(surroundings).Parse(args);
            var configuration = new InvocationConfiguration
            {
                Output = surroundings.Out,
                Error = surroundings.Error,
                EnableDefaultExceptionHandler = false,

                // The class Signals handles signals.
                ProcessTerminationTimeout = null,
            };
            return parsed.Action is ParseErrorAction || (parsed.Action is ShowVersion && parsed.UnmatchedTokens.Count > 0)
                ? End(error, Mistake.Of(parsed, new Redaction(surroundings.Environment, isOn: true)))
                : await parsed.InvokeAsync(configuration, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return ExitCodes.Interrupted;
        }
        catch (ToolException exception)
        {
            return End(error, exception);
        }
        catch (Exception exception) when (
            exception is IOException or UnauthorizedAccessException or SocketException or HttpRequestException)
        {
            return End(error, new ToolException(
                ExitCodes.Machine,
                $"A file, a disk or a connection could not be used ({exception.GetType().Name}).",
                "Check the files and addresses that the options name, the rights of this user, and the free space.",
                ToolException.Reference("wid#exit-codes")));
        }
        catch (Exception exception)
        {
            // Only the type: the message of foreign code may contain a secret.
            return End(error, new ToolException(
                ExitCodes.Fault, $"wid failed unexpectedly ({exception.GetType().Name}).",
                "Please report it with the command and its options, but without their values.", ToolException.Reference("wid#exit-codes")));
        }
    }

    /// <summary>Creates the commands.</summary>
    internal static Command Create(Surroundings surroundings)
    {
        var help = new HelpOption();
        help.Action = new HelpWithExamples((HelpAction)help.Action!);
        var version = new VersionOption { Action = new ShowVersion() };
        return new Command("wid", "Says which identity this machine or pod has with Microsoft Entra, and why it does not work.")
        {
            help,
            version,
            DoctorCommand.Create(surroundings),
            TokenCommand.Create(surroundings),
            ExplainCommand.Create(surroundings),
            ExecCredentialCommand.Create(surroundings),
            AwsCredentialsCommand.Create(surroundings),
            GoogleCredentialsCommand.Create(surroundings),
            IdentityCommand.Create(surroundings),
            EmulatorCommand.Create(surroundings),
            InventoryCommand.Create(surroundings),
            ReviewCommand.Create(surroundings),
            WhatIfCommand.Create(surroundings),
            FederateCommand.Create(surroundings),
            RotateCommand.Create(surroundings),
            ContainCommand.Create(surroundings),
        };
    }

    /// <summary>Writes what is wrong, what to do and where to read on.</summary>
    internal static int End(Screen error, ToolException exception)
    {
        Write(error, "wid:  ", ConsoleColor.Red, exception.Message);
        Write(error, "fix:  ", ConsoleColor.Yellow, exception.Advice);
        Write(error, "help: ", ConsoleColor.Yellow, exception.Help);
        return exception.ExitCode;
    }

    /// <summary>A label and its text, in 80 columns.</summary>
    private static void Write(Screen screen, string label, ConsoleColor colour, string text)
    {
        var indent = new string(' ', label.Length);
        var head = label;
        foreach (var line in Wrapped.Lines(text, indent, indent))
        {
            screen.Line((head, colour), (line[Math.Min(head.Length, line.Length)..], null));
            head = indent;
        }
    }

    private sealed class ShowVersion : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            parseResult.InvocationConfiguration.Output.WriteLine(BuildFacts.Version);
            return ExitCodes.Ok;
        }
    }
}

using System.CommandLine;
using System.Text.Json;

namespace WorkloadIdentity.Tool;

/// <summary>
/// <c>wid doctor</c>: looks at everything that decides who a workload is, tries every credential, and says what is in the way.
/// </summary>
internal static class DoctorCommand
{
    public static Command Create(Surroundings surroundings)
    {
        var scope =
            new Option<string?>(
                "--scope")
            {
                Description = "What to get a token for. The default is Microsoft Graph in the cloud of "
                    + "AZURE_AUTHORITY_HOST.",
                HelpName = "scope"
            };
        var json = new Option<bool>("--json") { Description = "Write the report as JSON (schema wid-doctor/1)." };
        var all =
            new Option<bool>(
                "--no-redact")
            {
                Description = "Show user names, home folders, mail addresses, subscription ids and all claims too. "
                    + "Secrets and tokens stay hidden."
            };
        var identity = new IdentityOptions();
        var command =
            new Command(
                "doctor",
                "Looks at this machine or pod, tries every credential, and says what is in the way. Its output may go into a "
                    + "ticket.") { scope, json, all };
        identity.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var chosen = identity.Read(parsed, surroundings);
            var redaction = new Redaction(chosen.Environment, isOn: !parsed.GetValue(all), chosen.Secrets);
            var request = ScopeArgument.Request(parsed.GetValue(scope) ?? ScopeArgument.Graph(chosen.Environment));
            var report = await Progress.ShowAsync(
                surroundings, "Asking every credential", token => Examination.RunAsync(surroundings, chosen, request, redaction, token),
                cancellationToken).ConfigureAwait(false);
            if (parsed.GetValue(json))
            {
                await surroundings.Out.WriteLineAsync(redaction.Masked(JsonSerializer.Serialize(report, DoctorJson.Readable.DoctorReport)))
                    .ConfigureAwait(false);
            }
            else
            {
                new DoctorText(Screen.Out(surroundings)).Write(report);
            }

            return report.ExitCode;
        });
        return command;
    }
}

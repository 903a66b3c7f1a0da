using System.CommandLine;
using System.Text.Json;

namespace WorkloadIdentity.Tool;

/// <summary>
/// <c>wid doctor</c>: checks everything that selects a workload's identity, tries every credential, and reports problems.
/// </summary>
internal static class DoctorCommand
{
    public static Command Create(Surroundings surroundings)
    {
        var scope = new Option<string?>("--scope")
        {
            Description = "The scope of the token. The default is Microsoft Graph in the cloud of AZURE_AUTHORITY_HOST.",
            HelpName = "scope",
        };
        var fix = new Option<string?>("--fix")
        {
            Description = "Write only the federated credential that Entra looked for and did not find, for an application and for a "
                + "managed identity.",
            HelpName = "az|bicep|terraform|json",
        };
        fix.AcceptOnlyFromAmong([.. FixText.Forms]);
        var json = new Option<bool>("--json") { Description = "Write the report as JSON (schema wid-doctor/1)." };
        var all = new Option<bool>("--no-redact")
        {
            Description = "Show user names, home folders, mail addresses, subscription ids and all claims too. "
                + "Secrets and tokens stay hidden.",
        };
        var identity = new IdentityOptions();
        var command = new Command(
            "doctor",
            "Tries every credential of this machine or pod, and says what is wrong and what to do. You may put its output in a ticket.")
        {
            scope, fix, json, all,
        };
        identity.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetResult(fix) is not null && result.GetResult(json) is not null)
            {
                result.AddError("--fix and --json exclude each other. Use one of them.");
            }
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var chosen = identity.Read(parsed, surroundings);
            var redaction = new Redaction(chosen.Environment, isOn: !parsed.GetValue(all), chosen.Secrets);
            var request = ScopeArgument.Request(parsed.GetValue(scope) ?? ScopeArgument.Graph(chosen.Environment));
            var report = await Progress.ShowAsync(
                surroundings, "Asking every credential", token => Examination.RunAsync(surroundings, chosen, request, redaction, token),
                cancellationToken).ConfigureAwait(false);
            await WriteAsync(surroundings, report, redaction, parsed.GetValue(fix), parsed.GetValue(json)).ConfigureAwait(false);
            return report.ExitCode;
        });
        return command;
    }

    private static async Task WriteAsync(
        Surroundings surroundings, DoctorReport report, Redaction redaction, string? fix, bool isJson)
    {
        if (fix is not null)
        {
            await FixAsync(surroundings, report, fix).ConfigureAwait(false);
        }
        else if (isJson)
        {
            await surroundings.Out.WriteLineAsync(redaction.Masked(JsonSerializer.Serialize(report, DoctorJson.Readable.DoctorReport)))
                .ConfigureAwait(false);
        }
        else
        {
            new DoctorText(Screen.Out(surroundings)).Write(report);
        }
    }

    /// <summary>Writes only the federated credential to standard output.</summary>
    private static async Task FixAsync(Surroundings surroundings, DoctorReport report, string form)
    {
        if (Diagnosis.All(report.Credential).FirstOrDefault(IsRefused)?.Assertion?.FederatedCredential is { } federated)
        {
            await surroundings.Out.WriteLineAsync(FixText.Of(federated, form)).ConfigureAwait(false);
        }
        else
        {
            var screen = Screen.Error(surroundings);
            screen.Line("wid:  No federated credential is missing here: Entra refused no assertion for that reason.");
            screen.Line("fix:  Run 'wid doctor' with the same options to see what was found.");
        }
    }

    private static bool IsRefused(CredentialFinding finding) =>
        finding is { Verdict: "failed", Assertion.FederatedCredential: not null };
}

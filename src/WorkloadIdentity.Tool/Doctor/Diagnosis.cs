using System.Globalization;

namespace WorkloadIdentity.Tool;

/// <summary>What stands in the way, and what will: drawn from everything that was found, the reason for having no token first.</summary>
internal static class Diagnosis
{
    private const string WhatToDo = "What to do: ";

    // Entra allows five minutes between two clocks; one that is off by more than one will be off by more.
    private static readonly TimeSpan TellingSkew = TimeSpan.FromMinutes(1);

    public static IEnumerable<ProblemFinding> Of(DoctorReport report, TokenError? error, Redaction redaction)
    {
        var severity = error is null ? "warning" : "error";
        return
        [
            .. error is null ? [] : (ProblemFinding[])[NoToken(report, error, redaction)],
            .. OfNetworkAndClock(report, error, severity),
            .. OfVariablesAndFiles(report, severity),
            .. OfCredentials(report, severity),
        ];
    }

    private static IEnumerable<ProblemFinding> OfNetworkAndClock(DoctorReport report, TokenError? error, string severity)
    {
        if (report.Network.Problem is { } network)
        {
            // A managed identity needs no way to Entra of its own.
            yield return new ProblemFinding(
                error?.IsTransient == true ? "error" : "warning",
                "Entra cannot be reached.",
                network,
                Help(HelpAnchors.For(TokenErrorKind.Unreachable, TokenErrorCategory.None)));
        }

        if (report.Network.ClockSkewSeconds is { } skew && Math.Abs(skew) >= TellingSkew.TotalSeconds)
        {
            yield return new ProblemFinding(
                severity,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The clock of this machine is {FileExamination.Words(TimeSpan.FromSeconds(skew))} {(skew > 0
                        ? "ahead of"
                        : "behind")} Entra's."),
                "Let a time service set it. Assertions signed here are refused when the clocks are five minutes apart, and tokens seem to "
                    + "expire early or late.",
                Help(HelpAnchors.Clock));
        }
    }

    private static IEnumerable<ProblemFinding> OfVariablesAndFiles(DoctorReport report, string severity)
    {
        foreach (var variable in report.Environment.Where(variable => variable.Problem is not null))
        {
            yield return new ProblemFinding(
                severity,
                $"{variable.Name} {(variable.State == "empty" ? "is empty" : "cannot be right")}.",
                variable.Problem!,
                Help(HelpAnchors.Environment));
        }

        if (report.Environment.Any(variable => variable is { Name: KnownVariables.SpiffeAgent, State: "set", Problem: null }))
        {
            yield return new ProblemFinding(
                "warning",
                "There is a SPIFFE agent here, which was not asked: its identity is not among the credentials below.",
                "A program uses it where its code or its configuration names it (AssertionSource.Spiffe, the kind Spiffe). The error of "
                    + "such a program says what the agent answered.",
                Help("spiffe"));
        }

        foreach (var file in report.Files.Where(file => file.Problem is not null))
        {
            yield return new ProblemFinding(
                severity,
                $"The file of {file.Variable} has a problem.",
                file.Problem!,
                Help(file.Variable == "AZURE_FEDERATED_TOKEN_FILE"
                    ? HelpAnchors.FederatedTokenFile
                    : file.Variable == "AZURE_CLIENT_CERTIFICATE_PATH" ? HelpAnchors.ClientCertificateFile : HelpAnchors.Environment));
        }
    }

    private static IEnumerable<ProblemFinding> OfCredentials(DoctorReport report, string severity)
    {
        foreach (var trap in All(report.Credential).SelectMany(finding => finding.Assertion?.Traps ?? []).Distinct())
        {
            yield return new ProblemFinding(
                severity, "No federated credential can match this assertion for long.", trap, Help("federation-mismatch"));
        }

        if (report.Identity == ChosenIdentity.DefaultChain
            && All(report.Credential)
                .FirstOrDefault(finding => finding is { Answers: true, Name: "github actions" or "azure pipelines" or "aws" }) is { } added)
        {
            yield return new ProblemFinding(
                "warning", $"A program has the '{added.Name}' credential only where its code or its configuration names it.",
                "Add it to the default chain there, or name it in a section: one line each, on the page below.",
                ToolException.Reference("wid#what-differs-from-a-program"));
        }
    }

    /// <summary>A finding and all below it.</summary>
    public static IEnumerable<CredentialFinding> All(CredentialFinding finding) => (finding.Members ?? []).SelectMany(All).Prepend(finding);

    private static ProblemFinding NoToken(DoctorReport report, TokenError error, Redaction redaction)
    {
        if (report.ExitCode == ExitCodes.NoCredential)
        {
            return new ProblemFinding(
                "error",
                "There is no credential here.",
                "Configure one of the credentials below: each says what it looks for. On your own machine, --developer lets the logins of "
                    + "az and azd take part, as in Development.",
                error.Help);
        }

        var answering = All(report.Credential).LastOrDefault(finding => finding.Answers) ?? report.Credential;
        var known = error.Refusal is null ? null : EntraError.Find(error.EntraErrorCodes);
        var code = error.EntraErrorCodes.Count > 0 ? $", AADSTS{error.EntraErrorCodes[0]}" : "";
        var command = known is null ? null : answering.Assertion?.FederatedCredential?.Application.Az;
        return new ProblemFinding(
            "error",
            $"The credential '{answering.Name}' is here and got no token ({error.Kind}{code}).{(known is null ? "" : $" {known.Meaning}")}",
            known is null ? redaction.Text(Advice(error))
                : command is null ? $"{known.Check} {known.For(error.ClientId)}"
                : $"{known.Check} Or add a federated credential that matches:",
            error.Help,
            command);
    }

    /// <summary>The advice of a message: the part after what happened, or the whole message if it has no such part.</summary>
    private static string Advice(TokenError error)
    {
        var message = error.Message[(error.Refusal?.Length ?? 0)..].Trim();
        return message.IndexOf(WhatToDo, StringComparison.Ordinal) is >= 0 and var advice ? message[(advice + WhatToDo.Length)..] : message;
    }

    private static string Help(string anchor) => HelpPage.Reference(anchor);
}

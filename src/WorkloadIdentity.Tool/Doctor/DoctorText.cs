using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json.Nodes;

namespace WorkloadIdentity.Tool;

/// <summary>The report for people: what is well in a line, what is not with what to do.</summary>
internal sealed class DoctorText(Screen screen)
{
    private static readonly FrozenSet<string> Times = ["iat", "nbf", "exp"];

    public void Write(DoctorReport report)
    {
        screen.Line(
            ("wid doctor", ConsoleColor.Cyan),
            ($" {report.Wid}, {report.TakenOn.UtcDateTime:u}{(report.Redacted
                ? "; redacted: fit for a ticket"
                : "; NOT redacted: not for a ticket")}", null));
        screen.Line($"for {report.Scope} as {report.Identity}");

        screen.Heading("Machine");
        Row("system", $"{report.Machine.OperatingSystem}, {report.Machine.Architecture}, {report.Machine.Runtime}");
        Row("platforms", report.Machine.Platforms.Count == 0 ? "none known here" : string.Join(", ", report.Machine.Platforms));
        Row("identity host", $"{report.Machine.ManagedIdentityHost}, by its variables");

        screen.Heading("Environment");
        foreach (var variable in report.Environment)
        {
            var value = variable.State == "set" ? variable.Value! : $"({(variable.State == "secret" ? "set, hidden" : variable.State)})";
            Item(variable.Problem is null, $"{variable.Name} = {value}", variable.Problem);
        }

        if (report.Environment.Count == 0)
        {
            screen.Line("  no variable that matters is set");
        }

        WriteFiles(report);
        WriteNetwork(report.Network);
        screen.Heading("Credentials");
        WriteCredential(report.Credential, "  ");
        WriteToken(report.Token);
        WriteProblems(report);
    }

    private void WriteFiles(DoctorReport report)
    {
        if (report.Files.Count > 0)
        {
            screen.Heading("Files");
        }

        foreach (var file in report.Files)
        {
            var facts = file.Exists
                ? string.Create(
                    CultureInfo.InvariantCulture,
                    $"{file.Size} bytes{(file.Mode is null ? "" : $", {file.Mode}")}{(file.WrittenSecondsAgo is { } age
                        ? $", written {FileExamination.Words(TimeSpan.FromSeconds(age))} ago"
                        : "")}")
                : "not there";
            Item(file.Problem is null, $"{file.Path} ({file.Variable}): {facts}", file.Problem);
        }
    }

    private void WriteNetwork(NetworkFinding network)
    {
        screen.Heading("Way to Entra");
        var clock = network.ClockSkewSeconds switch
        {
            null => "",
            0 => ", clocks agree",
            { } skew => $", this machine's clock is {FileExamination.Words(TimeSpan.FromSeconds(skew))} {(skew > 0 ? "ahead" : "behind")}",
        };
        Item(
            network.Problem is null,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{network.Authority}{(network.Addresses is { } count
                    ? $", {count} {(count == 1 ? "address" : "addresses")}"
                    : "")}{(network.Proxy is null ? ", no proxy" : $", through the proxy {network.Proxy}")}{(network.Status is { } status
                    ? $", answered {status} in {network.Milliseconds} ms" : "")}{clock}"),
            network.Problem);
    }

    private void WriteCredential(CredentialFinding finding, string indent)
    {
        var (mark, colour) = finding.Verdict switch
        {
            "issued" => ("✓", ConsoleColor.Green),
            "failed" => ("✗", ConsoleColor.Red),
            _ => ("-", ConsoleColor.DarkGray),
        };
        screen.Line(
            (indent, null),
            (mark, colour),
            (string.Create(
                CultureInfo.InvariantCulture,
                $" {finding.Name}: {finding.Verdict} in {finding.Milliseconds} ms{(finding.Answers ? " ← answers" : "")}"), null));
        var below = indent + "    ";
        if (finding.LooksFor is not null)
        {
            screen.Line($"{below}looks for  {finding.LooksFor}");
        }

        // Of a chain the members say it better, each for itself.
        if (finding.Members is null)
        {
            screen.Line($"{below}found      {finding.Found.Replace("\n", $"\n{below}           ", StringComparison.Ordinal)}");
            if (finding.Help is not null)
            {
                screen.Line($"{below}see        {finding.Help}");
            }
        }

        if (finding.Assertion is { } assertion)
        {
            WriteAssertion(assertion, below, isAccepted: finding.Verdict == "issued");
        }

        foreach (var member in finding.Members ?? [])
        {
            WriteCredential(member, indent + "  ");
        }
    }

    private void WriteAssertion(AssertionFinding assertion, string indent, bool isAccepted)
    {
        screen.Line($"{indent}assertion  iss {assertion.Issuer ?? "(none)"}");
        screen.Line($"{indent}           sub {assertion.Subject ?? "(none)"}");
        screen.Line($"{indent}           aud {string.Join(", ", assertion.Audiences)}");
        screen.Line(
            $"{indent}           alg {assertion.Algorithm
                ?? "(none)"}, expires {(assertion.ExpiresOn is { } end ? $"{end.UtcDateTime:u}" : "(never)")}");
        if (isAccepted || assertion.FederatedCredential is not { } federated)
        {
            return;
        }

        screen.Line($"{indent}The federated credential that accepts it:");
        Block(indent, "JSON", federated.Json.ToJsonString());
        Block(indent, "for an application: az", federated.Application.Az);
        Block(indent, "for an application: Bicep", federated.Application.Bicep);
        Block(indent, "for an application: Terraform", federated.Application.Terraform);
        Block(indent, "for a managed identity: az", federated.ManagedIdentity.Az);
        Block(indent, "for a managed identity: Bicep", federated.ManagedIdentity.Bicep);
        Block(indent, "for a managed identity: Terraform", federated.ManagedIdentity.Terraform);
    }

    private void WriteToken(TokenFinding? token)
    {
        if (token is null)
        {
            return;
        }

        screen.Heading("Token");
        Row("acquired by", token.AcquiredBy ?? "(unknown)");
        Row("expires", $"{token.ExpiresOn.UtcDateTime:u}");
        if (token.Note is not null)
        {
            Row("note", token.Note);
        }

        foreach (var (name, value) in token.Claims ?? [])
        {
            Row(name, Words(name, value));
        }
    }

    private void WriteProblems(DoctorReport report)
    {
        screen.Heading(report.Outcome switch
        {
            "ok" when report.Problems.Count == 0 => "All is well: a token was issued.",
            "ok" => "A token was issued; look at this all the same:",
            _ => "No token:",
        });
        foreach (var problem in report.Problems)
        {
            screen.Line(("  ! ", problem.Severity == "error" ? ConsoleColor.Red : ConsoleColor.Yellow), (problem.What, null));
            screen.Line($"    fix:  {problem.Fix}");
            screen.Line($"    help: {problem.Help}");
        }
    }

    private static string Words(string name, JsonNode? value) => value switch
    {
        JsonValue number when Times.Contains(name) && number.TryGetValue<long>(out var seconds) && seconds is > 0 and < 253402300799 =>
            $"{DateTimeOffset.FromUnixTimeSeconds(seconds).UtcDateTime:u}",
        JsonValue text when text.TryGetValue<string>(out var words) => words,
        null => "null",
        _ => value.ToJsonString(),
    };

    private void Row(string name, string value) => screen.Line($"  {name,-13} {value}");

    private void Item(bool isWell, string text, string? problem)
    {
        screen.Line(("  ", null), (isWell ? "✓" : "✗", isWell ? ConsoleColor.Green : ConsoleColor.Red), ($" {text}", null));
        if (problem is not null)
        {
            screen.Line($"      {problem}");
        }
    }

    private void Block(string indent, string name, string? text)
    {
        if (text is not null)
        {
            screen.Line($"{indent}  # {name}");
            foreach (var line in text.Split('\n'))
            {
                screen.Line($"{indent}  {line}".TrimEnd());
            }
        }
    }
}

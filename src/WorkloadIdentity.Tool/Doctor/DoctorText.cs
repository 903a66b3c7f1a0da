using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json.Nodes;

namespace WorkloadIdentity.Tool;

/// <summary>Writes the report for people: one line for what works, and advice for each problem.</summary>
internal sealed class DoctorText(Screen screen)
{
    private static readonly FrozenSet<string> Times = ["iat", "nbf", "exp"];

    public void Write(DoctorReport report)
    {
        WriteVerdict(report);
        WriteProblems(report);
        screen.Heading("Credentials, in the order they are asked");
        WriteCredential(report.Credential, "  ");
        WriteToken(report.Token);
        WriteVariables(report);
        WriteFiles(report);
        WriteNetwork(report.Network);
        screen.Heading("Machine");
        Row("system", $"{report.Machine.OperatingSystem}, {report.Machine.Architecture}, {report.Machine.Runtime}");
        Row("platforms", report.Machine.Platforms.Count == 0 ? "none detected" : string.Join(", ", report.Machine.Platforms));
        Row("identity host", report.Machine.ManagedIdentityHost);
        screen.Line();
        Text(
            $"wid {report.Wid}, {report.TakenOn.UtcDateTime:u}. {(report.Redacted
                ? "This report contains no secrets and no personal data. You may put it in a ticket."
                : "NOT redacted: do not put it in a ticket.")}",
            "");
    }

    /// <summary>The summary: whether a token was issued, and for which identity.</summary>
    private void WriteVerdict(DoctorReport report)
    {
        var by = report.Token?.AcquiredBy;
        var (mark, colour, verdict) = report.Outcome == "ok"
            ? ("✓", ConsoleColor.Green, $"A token for {report.Scope} was issued{(by is null ? "" : $" ({by})")}.")
            : ("✗", ConsoleColor.Red, $"No token for {report.Scope} ({report.Identity}).");
        Marked("", mark, colour, verdict);
    }

    private void WriteVariables(DoctorReport report)
    {
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
        screen.Heading("Network");
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
        Marked(indent, mark, colour, string.Create(
            CultureInfo.InvariantCulture,
            $"{finding.Name}: {finding.Verdict} in {finding.Milliseconds} ms{(finding.Answers ? " ← answers" : "")}"));
        var below = indent + "    ";
        if (finding.LooksFor is not null)
        {
            Text(finding.LooksFor, $"{below}looks for  ");
        }

        // For a chain, its members say more.
        if (finding.Members is null)
        {
            Text(finding.Found, $"{below}found      ");
            if (finding.Help is not null)
            {
                Text(finding.Help, $"{below}help       ");
            }
        }

        if (finding.Assertion is { } assertion)
        {
            WriteAssertion(assertion, below);
        }

        foreach (var member in finding.Members ?? [])
        {
            WriteCredential(member, indent + "  ");
        }
    }

    private void WriteAssertion(AssertionFinding assertion, string indent)
    {
        Text(assertion.Issuer ?? "(none)", $"{indent}issuer     ");
        Text(assertion.Subject ?? "(none)", $"{indent}subject    ");
        Text(string.Join(", ", assertion.Audiences), $"{indent}audience   ");
        Text(
            $"signed with {assertion.Algorithm ?? "(none)"}, expires "
                + (assertion.ExpiresOn is { } end ? $"{end.UtcDateTime:u}" : "(never)"),
            $"{indent}token      ");
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
        foreach (var problem in report.Problems)
        {
            screen.Line();
            Marked("", "!", problem.Severity == "error" ? ConsoleColor.Red : ConsoleColor.Yellow, problem.What);
            Text(problem.Fix, "  next: ");
            if (problem.Command is not null)
            {
                // Not wrapped, so that it can be copied.
                screen.Line();
                screen.Line($"  {problem.Command}");
                screen.Line();
                Text("wid doctor --fix az|bicep|terraform|json", "  more: ");
            }

            Text(problem.Help, "  help: ");
        }

        if (report.Problems.Count == 0)
        {
            screen.Line("  Nothing to do.");
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

    private void Row(string name, string value) => Text(value, $"  {name,-13} ");

    private void Item(bool isWell, string text, string? problem)
    {
        Marked("  ", isWell ? "✓" : "✗", isWell ? ConsoleColor.Green : ConsoleColor.Red, text);
        if (problem is not null)
        {
            Text(problem, "      ");
        }
    }

    /// <summary>Writes a text after a label, with further lines indented below it.</summary>
    private void Text(string text, string label)
    {
        foreach (var line in Wrapped.Lines(text, label, new string(' ', label.Length)))
        {
            screen.Line(line);
        }
    }

    /// <summary>Writes a text after a coloured mark.</summary>
    private void Marked(string indent, string mark, ConsoleColor colour, string text)
    {
        var rest = indent + "  ";
        var isFirst = true;
        foreach (var line in Wrapped.Lines(text, rest, rest))
        {
            if (isFirst)
            {
                screen.Line((indent, null), (mark, colour), ($" {line[rest.Length..]}", null));
            }
            else
            {
                screen.Line(line);
            }

            isFirst = false;
        }
    }
}

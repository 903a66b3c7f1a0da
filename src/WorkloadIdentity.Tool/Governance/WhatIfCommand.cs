using System.CommandLine;
using System.Net;
using System.Text.Json;
using WorkloadIdentity.Governance;

namespace WorkloadIdentity.Tool;

/// <summary><c>wid what-if</c>: will Conditional Access block this workload from there?</summary>
internal static class WhatIfCommand
{
    public static Command Create(Surroundings surroundings)
    {
        var who = new Argument<string>("identity")
        {
            Description = "The workload: the object id of its service principal, its client id, or its name.",
        };
        var address = new Option<string?>("--ip") { Description = "The address that it calls from, IPv4 or IPv6.", HelpName = "address" };
        var country = new Option<string?>("--country") { Description = "The country of that address, such as DE.", HelpName = "code" };
        var risk = new Option<string?>("--risk") { Description = "The risk of the workload.", HelpName = "low|medium|high" };
        risk.AcceptOnlyFromAmong("low", "medium", "high");
        var resource = new Option<string?>("--resource")
        {
            Description = "The client id of the API that it calls. [default: any API]",
            HelpName = "client id",
        };
        var json = new Option<bool>("--json") { Description = "Write the answer as JSON (schema wid-what-if/1)." };
        var graph = new GraphOptions();
        var command = new Command("what-if", "Says whether Conditional Access will block a workload from an address.")
        {
            who, address, country, risk, resource, json,
        };
        graph.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (ip, code, api) = (parsed.GetValue(address), parsed.GetValue(country), parsed.GetValue(resource));
            Check(ip, code, api);
            using var reading = graph.Read(parsed, surroundings);
            var inventory = await reading.InventoryAsync(cancellationToken).ConfigureAwait(false);
            var identity = Find(inventory, parsed.GetValue(who)!);
            var question = new WhatIfQuestion(identity.Id!.Value)
            {
                IpAddress = ip,
                Country = code?.ToUpperInvariant(),
                Risk = parsed.GetValue(risk) is { } level ? new RiskLevel(level) : null,
                Applications = api is null ? [] : [new ClientId(api)],
            };
            var results = await reading.WhatIfAsync(question, cancellationToken).ConfigureAwait(false);
            var review = TenantReview.Of(inventory, surroundings.TimeProvider.GetUtcNow());
            var isBlocked = results.Any(result => result.Blocks);
            if (parsed.GetValue(json))
            {
                InventoryCommand.WriteJson(surroundings, stream => WriteJson(stream, identity, results, isBlocked));
            }
            else
            {
                Tell(Screen.Out(surroundings), identity, results, isBlocked, review.CoverageOf(identity));
            }

            return isBlocked ? ExitCodes.Found : ExitCodes.Ok;
        });
        return command;
    }

    private static void Check(string? ip, string? country, string? resource)
    {
        if (ip is not null && !IPAddress.TryParse(ip, out _))
        {
            throw new ToolException("--ip is not an IP address.", "Write an IPv4 or IPv6 address, such as 203.0.113.7.");
        }

        if (country is not null && (country.Length != 2 || !country.All(char.IsAsciiLetter)))
        {
            throw new ToolException("--country is not a country code.", "Write the two letters of ISO 3166, such as DE.");
        }

        if (resource is not null && Guard.GuidProblem(resource, "--resource") is { } problem)
        {
            throw new ToolException(problem, "Use the client id of the API: Microsoft Graph's is 00000003-0000-0000-c000-000000000000.");
        }
    }

    private static InventoriedIdentity Find(TenantInventory inventory, string text)
    {
        bool Is(string? value) => string.Equals(value, text, StringComparison.OrdinalIgnoreCase);
        var found = inventory.Identities.Where(identity => Is(identity.Id?.ToString()) || Is(identity.ClientId.ToString())).ToList();
        if (found.Count == 0)
        {
            found = [.. inventory.Identities.Where(identity => Is(identity.DisplayName))];
        }

        return found switch
        {
            [{ Id: not null } only] => only,
            [_] => throw new ToolException(
                "The application has no service principal in this tenant.", "It cannot sign in here, so no policy can block it."),
            [] => inventory.Identities.Any(identity => Is(identity.ApplicationId?.ToString()))
                ? throw new ToolException(
                    "That is the object id of an application.", "Use its client id, or the object id of its service principal.")
                : throw new ToolException(
                    "The tenant has no workload identity of that id or name.",
                    "'wid inventory' lists all. --fresh reads the tenant again."),
            _ => throw new ToolException(
                $"{found.Count} workload identities have that name.",
                $"Use a client id: {string.Join(", ", found.Take(5).Select(identity => PlainText.Of(identity.ClientId.ToString())))}."),
        };
    }

    private static void Tell(
        Screen screen, InventoriedIdentity identity, IReadOnlyList<WhatIfResult> results, bool isBlocked, PolicyCoverage coverage)
    {
        var name = PlainText.Of(identity.DisplayName);
        screen.Line(isBlocked ? ($"✗ {name} is blocked.", ConsoleColor.Red) : ($"✓ {name} is not blocked.", ConsoleColor.Green));
        if (coverage == PolicyCoverage.Impossible)
        {
            screen.Line("  No policy can ever cover it: policies cover only single-tenant applications that are registered here.");
        }

        foreach (var result in results.OrderByDescending(result => result.Blocks).ThenByDescending(result => result.PolicyApplies))
        {
            var verdict = result.Blocks ? "blocks" : result.PolicyApplies == true ? "applies, and does not block" : "does not apply";
            var why = WhatIfReasons.InWords(result.AnalysisReasons) is { Length: > 0 } reasons ? $" ({reasons})" : "";
            var state = result.State == ConditionalAccessState.ReportOnly ? ", report only" : "";
            screen.Line($"  {verdict}: {PlainText.Of(result.DisplayName ?? result.Id)}{state}{why}");
        }
    }

    private static void WriteJson(Stream stream, InventoriedIdentity identity, IReadOnlyList<WhatIfResult> results, bool isBlocked)
    {
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n" });
        json.WriteStartObject();
        json.WriteString("schema", "wid-what-if/1");
        json.WriteString("name", identity.DisplayName);
        json.WriteString("servicePrincipalId", identity.Id?.ToString());
        json.WriteString("clientId", identity.ClientId.ToString());
        json.WriteBoolean("blocked", isBlocked);
        json.WriteStartArray("policies");
        foreach (var result in results)
        {
            json.WriteStartObject();
            json.WriteString("id", result.Id);
            json.WriteString("name", result.DisplayName);
            json.WriteString("state", result.State?.ToString());
            json.WriteBoolean("applies", result.PolicyApplies == true);
            json.WriteBoolean("blocks", result.Blocks);
            json.WriteString("reasons", result.AnalysisReasons);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        stream.Write("\n"u8);
    }
}

using System.CommandLine;
using WorkloadIdentity.Governance;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Tool;

/// <summary><c>wid federate</c>: lets a workload act as an application or a managed identity without a secret.</summary>
internal static class FederateCommand
{
    public static Command Create(Surroundings surroundings)
    {
        var command = new Command(
            "federate", "Sets trust up: a workload gets tokens without a secret. It shows a plan, and needs --apply.");
        foreach (var platform in TrustedWorkloads.All)
        {
            var sub = new Command(platform.Name, platform.Description);
            foreach (var option in platform.Options)
            {
                sub.Options.Add(option);
            }

            Complete(sub, surroundings, (parsed, _, _) => Task.FromResult(platform.Read(parsed)));
            command.Subcommands.Add(sub);
        }

        command.Subcommands.Add(Here(surroundings));
        return command;
    }

    private static Command Here(Surroundings surroundings)
    {
        var file = new Option<string?>("--token-file") { Description = "The file with the workload's token.", HelpName = "file" };
        var variable = new Option<string?>("--token-variable") { Description = "The variable with the token.", HelpName = "name" };
        var sub = new Command("here", "Trusts the workload that runs this command, by the token of its platform.") { file, variable };
        Complete(sub, surroundings, (parsed, application, cancel) => WorkloadHere.FindAsync(
            surroundings, parsed.GetValue(file), parsed.GetValue(variable), application, cancel));
        return sub;
    }

    private static void Complete(
        Command command, Surroundings surroundings, Func<ParseResult, string, CancellationToken, Task<TrustedWorkload>> read)
    {
        var application = new Option<string?>("--app")
        {
            Description = "The client id of the application to act as.",
            HelpName = "client id",
        };
        var identity = new Option<string?>("--managed-identity")
        {
            Description = "The user-assigned managed identity to act as. The command for Azure is printed.",
            HelpName = "name",
        };
        var group = new Option<string?>("--resource-group") { Description = "The managed identity's resource group.", HelpName = "name" };
        var name = new Option<string?>("--name")
        {
            Description = "The name of the federated credential. One of that name is changed. [default: made of the subject]",
            HelpName = "name",
        };
        var audience = new Option<string?>("--audience") { Description = "The audience. [default: the cloud's]", HelpName = "text" };
        var apply = PlanOutput.Option();
        var graph = new GraphOptions(readsInventory: false);
        foreach (var option in new Option[] { application, identity, group, name, audience, apply })
        {
            command.Options.Add(option);
        }

        graph.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            Check(parsed.GetValue(application), parsed.GetValue(identity), parsed.GetValue(group));
            // The command for a managed identity names it by name, without a client id.
            var client = parsed.GetValue(application) ?? WorkloadHere.Unknown;
            var workload = await read(parsed, client, cancellationToken).ConfigureAwait(false);
            workload = workload with { Audience = parsed.GetValue(audience) ?? workload.Audience };
            var request = Request(workload, client, parsed.GetValue(name));
            if (parsed.GetValue(identity) is { } managed)
            {
                PrintCommand(surroundings, request, managed, parsed.GetValue(group)!);
                return ExitCodes.Ok;
            }

            using var reading = graph.Read(parsed, surroundings);
            await ApplyAsync(surroundings, reading, request, workload, parsed.GetValue(apply), cancellationToken).ConfigureAwait(false);
            return ExitCodes.Ok;
        });
    }

    private static async Task ApplyAsync(
        Surroundings surroundings, TenantReading reading, FederationRequest request, TrustedWorkload workload, bool isApplied,
        CancellationToken cancellationToken)
    {
        var tenant = await reading.WithGraphAsync(
            async (client, cancel) =>
            {
                var plan = await new FederationSetup(client).PlanAsync(request, cancel).ConfigureAwait(false);
                var isDone = await PlanOutput.RunAsync(surroundings, plan, isApplied, cancel).ConfigureAwait(false);
                return isDone ? plan.TenantId : "";
            },
            cancellationToken).ConfigureAwait(false);
        if (tenant.Length > 0 && workload.Source is not null)
        {
            await WorkloadHere.TryAsync(surroundings, workload, tenant, request.Application.Value, cancellationToken).ConfigureAwait(false);
            Screen.Out(surroundings).Line((
                $"✓ Entra issued a token to application {request.Application}. No secret was used.", ConsoleColor.Green));
        }
    }

    private static void Check(string? application, string? identity, string? group)
    {
        if ((application is null) == (identity is null) || (identity is null) != (group is null))
        {
            throw new ToolException(
                "Say who the workload shall act as.",
                "Use --app and a client id, or --managed-identity and --resource-group.", "wid#wid-federate");
        }

        if (application is not null && Guard.GuidProblem(application, "--app") is { } problem)
        {
            throw new ToolException(problem, "Use the application (client) id, and not its name or object id.", "wid#wid-federate");
        }
    }

    private static FederationRequest Request(TrustedWorkload workload, string client, string? name)
    {
        try
        {
            var application = new ClientId(client);
            return name is null
                ? new FederationRequest(application, workload.Issuer, workload.Subject) { Audience = workload.Audience }
                : new FederationRequest(application, workload.Issuer, workload.Subject) { Audience = workload.Audience, Name = name };
        }
        catch (ArgumentException exception)
        {
            throw new ToolException(
                TokenError.Explain(exception), "Correct it, and run the command again.", "wid#wid-federate");
        }
    }

    /// <summary>A managed identity is Azure's, so Graph cannot change it.</summary>
    private static void PrintCommand(Surroundings surroundings, FederationRequest request, string identity, string group)
    {
        var audience = request.Audience ?? WorkloadHere.AudienceOf(WorkloadHere.AuthorityOf(surroundings.Environment));
        var (name, owner, place) = (ShellText.Quoted(request.Name), ShellText.Quoted(identity), ShellText.Quoted(group));
        var screen = Screen.Out(surroundings);
        screen.Line("A managed identity belongs to Azure Resource Manager. This command changes it:");
        screen.Line();
        screen.Line(
            $"az identity federated-credential create --name {name} --identity-name {owner} --resource-group {place} "
                + $"--issuer {ShellText.Quoted(request.Issuer)} --subject {ShellText.Quoted(request.Subject)} "
                + $"--audiences {ShellText.Quoted(audience)}");
        screen.Line();
        screen.Line($"Undo: az identity federated-credential delete --name {name} --identity-name {owner} --resource-group {place}");
    }
}

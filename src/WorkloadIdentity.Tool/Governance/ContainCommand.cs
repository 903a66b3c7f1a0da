using System.CommandLine;
using WorkloadIdentity.Governance;

namespace WorkloadIdentity.Tool;

/// <summary><c>wid contain --plan</c>: what to do about an identity that may be compromised.</summary>
internal static class ContainCommand
{
    public static Command Create(Surroundings surroundings)
    {
        var application = new Argument<string>("application") { Description = "The client id of the identity." };
        var keys = new Option<string[]>("--key")
        {
            Description = "The id of a compromised credential; may be repeated. [default: those that risk detections name]",
            HelpName = "key id",
        };
        var plan = new Option<bool>("--plan") { Description = "Print the plan. The command has no other mode, and needs it." };
        var graph = new GraphOptions(readsInventory: false);
        var command = new Command("contain", "Says in which order to contain an identity that may be compromised. It changes nothing.")
        {
            application, keys, plan,
        };
        graph.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (!parsed.GetValue(plan))
            {
                throw new ToolException(
                    "The command needs --plan.", "Add --plan. It prints what to do, and changes nothing.", "rotation#contain");
            }

            var client = parsed.GetValue(application)!;
            if (Guard.GuidProblem(client, "The application") is { } problem)
            {
                throw new ToolException(problem, "'wid inventory' lists the client ids.", "rotation#contain");
            }

            var request = new ContainmentRequest(new ClientId(client))
            {
                KeyIds = parsed.GetValue(keys) is { Length: > 0 } some ? some : null,
            };
            using var reading = graph.Read(parsed, surroundings);
            reading.RefusalHelp = "rotation#contain";
            var text = await reading.WithGraphAsync(
                async (tenant, cancel) =>
                {
                    var containment = new IdentityContainment(tenant, new CredentialRotation(tenant));
                    return $"{await containment.PlanAsync(request, cancel).ConfigureAwait(false)}";
                },
                cancellationToken).ConfigureAwait(false);
            var screen = Screen.Out(surroundings);
            foreach (var line in text.Split('\n'))
            {
                screen.Line(line.TrimEnd('\r'));
            }

            return ExitCodes.Ok;
        });
        return command;
    }
}

using System.CommandLine;
using WorkloadIdentity.Governance;

namespace WorkloadIdentity.Tool;

/// <summary><c>wid rotate</c>: another secret or certificate for an application, without an outage.</summary>
internal static class RotateCommand
{
    public static Command Create(Surroundings surroundings) => new(
        "rotate",
        "Replaces a secret or certificate of an application without an outage, in two steps. It needs --apply to change anything.")
    {
        Step(
            surroundings, "start", "Adds a new credential, waits until Entra accepts it, and writes it to the destination.",
            (rotation, request, cancel) => rotation.PlanStartAsync(request, cancel)),
        Step(
            surroundings, "finish", "Removes the old credential when nothing has used it for the grace period.",
            (rotation, request, cancel) => rotation.PlanFinishAsync(request, cancel)),
    };

    private static Command Step(
        Surroundings surroundings, string name, string description,
        Func<CredentialRotation, RotationRequest, CancellationToken, Task<ChangePlan>> plan)
    {
        var rotation = new RotationArguments();
        var apply = PlanOutput.Option();
        var graph = new GraphOptions(readsInventory: false);
        var command = new Command(name, description) { apply };
        rotation.AddTo(command);
        graph.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var reading = graph.Read(parsed, surroundings);
            reading.RefusalHelp = "rotation#refusals";
            await reading.WithGraphAsync(
                async (client, cancel) =>
                {
                    var request = rotation.Read(parsed, surroundings, reading.Acquirer);
                    var made = await plan(new CredentialRotation(client, reading.RotationOptions), request, cancel).ConfigureAwait(false);
                    return await PlanOutput.RunAsync(surroundings, made, parsed.GetValue(apply), cancel).ConfigureAwait(false);
                },
                cancellationToken).ConfigureAwait(false);
            return ExitCodes.Ok;
        });
        return command;
    }
}

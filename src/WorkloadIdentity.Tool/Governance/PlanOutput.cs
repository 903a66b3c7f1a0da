using System.CommandLine;
using WorkloadIdentity.Governance;

namespace WorkloadIdentity.Tool;

/// <summary>Shows a plan, and makes its changes only if that was asked for.</summary>
internal static class PlanOutput
{
    public static Option<bool> Option() =>
        new("--apply") { Description = "Make the changes. Without it they are only shown." };

    /// <returns>Whether the tenant is as wanted now.</returns>
    public static async Task<bool> RunAsync(Surroundings surroundings, ChangePlan plan, bool isApplied, CancellationToken cancellationToken)
    {
        var screen = Screen.Out(surroundings);
        foreach (var line in plan.ToString().Split('\n'))
        {
            screen.Line(line.TrimEnd('\r'));
        }

        if (plan.IsEmpty)
        {
            screen.Line("Nothing has to be changed.");
            return true;
        }

        if (!isApplied)
        {
            screen.Line("Nothing was changed. Add --apply to make these changes.");
            return false;
        }

        await plan.ApplyAsync(new Made(screen), cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>Reports at once, in the order of the changes.</summary>
    private sealed class Made(Screen screen) : IProgress<PlannedChange>
    {
        public void Report(PlannedChange value) => screen.Line(($"✓ {value.What} {value.Outcome}", ConsoleColor.Green));
    }
}

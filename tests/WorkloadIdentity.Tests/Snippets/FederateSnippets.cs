using WorkloadIdentity.Governance;

namespace WorkloadIdentity.Tests;

/// <summary>The code of docs/federate.md, compiled.</summary>
internal static class FederateSnippets
{
    public static async Task SetUpAsync(GraphClient graph, Approvals approvals)
    {
        var setup = new FederationSetup(graph);
        var plan = await setup.PlanAsync(new FederationRequest(
            new ClientId("6bf7ab3f-6a37-4f6d-9a3c-2ee0f1d1f8a3"), "https://token.actions.githubusercontent.com",
            "repo:contoso/orders:environment:production"));
        if (await approvals.AskAsync(plan.ToString()))
        {
            await plan.ApplyAsync();
        }
    }

    internal abstract class Approvals
    {
        public abstract Task<bool> AskAsync(string plan);
    }
}

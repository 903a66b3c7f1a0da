using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using WorkloadIdentity.Governance;

namespace WorkloadIdentity.Tests;

/// <summary>The code of docs/rotation.md, compiled.</summary>
internal static class RotationSnippets
{
    public static void Register(IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IChangeApproval, OrdersApproval>();
        builder.Services.AddWorkloadIdentityGovernance()
            .AddCredentialRotation(
                services =>
                [
                    new RotationRequest(
                        new ClientId("6bf7ab3f-6a37-4f6d-9a3c-2ee0f1d1f8a3"),
                        RotationDestination.ToKeyVault(
                            new Uri("https://orders.vault.azure.net"), "orders-api", services.GetRequiredService<ITokenAcquirer>())),
                ],
                options => options.RenewBefore = TimeSpan.FromDays(30));
    }

    public static async Task ContainAsync(GraphClient graph, ClientId application)
    {
        var containment = new IdentityContainment(graph, new CredentialRotation(graph));
        var plan = await containment.PlanAsync(new ContainmentRequest(application)
        {
            NewCredential = new RotationRequest(application, RotationDestination.ToFile("/etc/orders/orders.pem")),
        });
        Console.WriteLine(plan);
        await plan.ApplyAsync();
    }

    private sealed class OrdersApproval : IChangeApproval
    {
        public ValueTask<bool> ApproveAsync(ChangePlan plan, CancellationToken cancellationToken) => ValueTask.FromResult(false);
    }
}

using Microsoft.AspNetCore.SignalR.Client;
using WorkloadIdentity;
using WorkloadIdentity.SignalR;

namespace ConsumerRecipes;

internal static class SignalR
{
    public static HubConnection Connection(ITokenAcquirer acquirer, Uri address)
    {
        return new HubConnectionBuilder()
            .WithUrl(address, options => options.UseWorkloadIdentity(acquirer, "api://orders/.default"))
            .WithAutomaticReconnect()
            .Build();
    }
}

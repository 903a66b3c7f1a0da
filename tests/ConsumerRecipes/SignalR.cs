using Microsoft.AspNetCore.SignalR.Client;
using WorkloadIdentity;

namespace ConsumerRecipes;

internal static class SignalR
{
    public static HubConnection Connection(ITokenAcquirer acquirer, Uri address)
    {
        var request = new TokenRequest("api://orders/.default");
        return new HubConnectionBuilder()
            .WithUrl(address, options => options.AccessTokenProvider = async () => (await acquirer.GetTokenAsync(request)).Value)
            .WithAutomaticReconnect()
            .Build();
    }
}

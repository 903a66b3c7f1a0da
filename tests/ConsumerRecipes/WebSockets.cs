using System.Net.WebSockets;
using WorkloadIdentity;

namespace ConsumerRecipes;

internal static class WebSockets
{
    // server: new Uri("wss://orders.contoso.com")
    public static async Task<ClientWebSocket> ConnectAsync(ITokenAcquirer acquirer, Uri server, CancellationToken cancellationToken)
    {
        var options = new AccessTokenHandlerOptions { AllowedOrigins = { server } };
        using var invoker = new HttpMessageInvoker(new AccessTokenHandler(acquirer, new TokenRequest("api://orders/.default"), options)
        {
            InnerHandler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false },
        });
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri(server, "/changes"), invoker, cancellationToken);
        return socket;
    }
}

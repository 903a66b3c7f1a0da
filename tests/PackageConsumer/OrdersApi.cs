using System.Net;

namespace PackageConsumer;

/// <summary>The API that is called, in memory: it lets in who presents the right token.</summary>
internal sealed class OrdersApi : HttpMessageHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var welcome = request.Headers.Authorization?.ToString() == "Bearer token-for-orders";
        return Task.FromResult(new HttpResponseMessage(welcome ? HttpStatusCode.OK : HttpStatusCode.Unauthorized)
        {
            Content = new StringContent(welcome ? $"OK: {request.RequestUri!.PathAndQuery} was served to a bearer of a token" : "no"),
        });
    }
}

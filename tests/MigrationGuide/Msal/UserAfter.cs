using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using WorkloadIdentity;

namespace MigrationGuide;

internal static class UserAfter
{
    public static async Task<HttpResponseMessage> MeAsync(HttpClient graph, HttpContext context, CancellationToken cancellationToken)
    {
        var incomingToken = await context.GetTokenAsync("access_token") ?? throw new InvalidOperationException("Nobody is signed in.");
        using var request = new HttpRequestMessage(HttpMethod.Get, "https://graph.microsoft.com/v1.0/me").OnBehalfOf(incomingToken);
        return await graph.SendAsync(request, cancellationToken);
    }
}

using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Identity.Client;

namespace MigrationGuide;

internal static class UserBefore
{
    public static async Task<string> TokenAsync(
        IConfidentialClientApplication application, HttpContext context, CancellationToken cancellationToken)
    {
        var incomingToken = await context.GetTokenAsync("access_token") ?? throw new InvalidOperationException("Nobody is signed in.");
        var result =
            await application.AcquireTokenOnBehalfOf(["https://graph.microsoft.com/.default"], new UserAssertion(incomingToken))
                .ExecuteAsync(cancellationToken);
        return result.AccessToken;
    }
}

using Microsoft.AspNetCore.Http;
using WorkloadIdentity;

namespace MigrationGuide;

internal static class IdentityWebChallengeAfter
{
    public static async Task AnswerAsync(HttpContext context, Func<Task> callAsync)
    {
        try
        {
            await callAsync();
        }
        catch (TokenAcquisitionException exception) when (exception.Error.ToChallenge() is { } challenge)
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            context.Response.Headers.WWWAuthenticate = challenge;
        }
    }
}

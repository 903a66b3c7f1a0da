using Microsoft.AspNetCore.Builder;
using Microsoft.Identity.Abstractions;

namespace MigrationGuide;

internal static class IdentityWebUserBefore
{
    public static void Map(WebApplication app)
    {
        app.MapGet("/orders", async (IDownstreamApi downstreamApi) =>
            await downstreamApi.GetForUserAsync<string[]>("orders", options => options.RelativePath = "orders"))
            .RequireAuthorization();
    }
}

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Identity.Abstractions;
using Microsoft.Identity.Web;

namespace MigrationGuide;

internal static class IdentityWebWorkerBefore
{
    public static async Task<string> HeaderAsync()
    {
        var factory = TokenAcquirerFactory.GetDefaultInstance();                                  // reads appsettings.json
        var services = factory.Build();
        var headers = services.GetRequiredService<IAuthorizationHeaderProvider>();
        return await headers.CreateAuthorizationHeaderForAppAsync("api://orders/.default");
    }
}

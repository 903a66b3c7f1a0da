using Microsoft.Extensions.DependencyInjection;
using WorkloadIdentity;

namespace ConsumerRecipes;

internal static class TokenExchange
{
    public static void Register(IServiceCollection services)
    {
        services.AddWorkloadIdentity();
        services.AddWorkloadIdentity("databricks").UseCredential(provider => new TokenExchangeCredential(
            new Uri("https://adb-1234567890123456.7.azuredatabricks.net/oidc/v1/token"),
            provider.GetRequiredService<ITokenAcquirer>(),
            new TokenRequest("api://databricks/.default"),
            new TokenExchangeCredentialOptions { ClientId = "11111111-2222-3333-4444-555555555555" }));
        services.AddHttpClient("jobs", client => client.BaseAddress = new Uri("https://adb-1234567890123456.7.azuredatabricks.net"))
            .AddAccessToken("all-apis", identity: "databricks");
    }
}

using Azure.Core;
using Azure.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace Contoso.Orders;

/// <summary>A program that only registers: with both of Azure's namespaces open it needs none of ours, and so no alias.</summary>
public sealed class RegistrationOnlyTests
{
    [Fact]
    public void It_meets_no_name_of_ours()
    {
        var services = new ServiceCollection();
        services.AddWorkloadIdentity().UseManagedIdentity().AddTokenCredential();
        services.AddHttpClient("orders", client => client.BaseAddress = new Uri("https://orders.contoso.com"))
            .AddAccessToken("api://orders/.default");
        using var provider = services.BuildServiceProvider();

        Assert.IsNotType<ManagedIdentityCredential>(provider.GetRequiredService<TokenCredential>());
        Assert.NotNull(provider.GetRequiredService<IHttpClientFactory>().CreateClient("orders").BaseAddress);
    }
}

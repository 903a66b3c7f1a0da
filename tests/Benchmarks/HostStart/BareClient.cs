using Microsoft.Extensions.DependencyInjection;

namespace HostStart;

/// <summary>A constant header: what no library can be faster than.</summary>
internal static class OneClient
{
    public static void AddToken(IServiceCollection services, IHttpClientBuilder client) =>
        client.ConfigureHttpClient(http => http.DefaultRequestHeaders.Authorization = new("Bearer", LocalNetwork.Token));
}

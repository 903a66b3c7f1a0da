using Azure.Core.Pipeline;
using Azure.Identity;
using Microsoft.Identity.Client;
using WorkloadIdentity;

namespace Benchmarks;

/// <summary>The same application with the same secret against the same endpoint, once with each library.</summary>
internal static class Peers
{
    public static TokenAcquirer Ours(InMemoryEntra entra, int capacity = 10_000) => new(
        WorkloadIdentity.ApplicationCredential.MultiTenant(InMemoryEntra.ClientId, ClientSecretAuthentication.FromValue(InMemoryEntra.Secret), new ApplicationCredentialOptions { HttpClient = entra.NewClient() }),
        new TokenAcquirerOptions { Capacity = capacity });

    public static IConfidentialClientApplication Msal(InMemoryEntra entra) => ConfidentialClientApplicationBuilder.Create(InMemoryEntra.ClientId)
        .WithClientSecret(InMemoryEntra.Secret)
        .WithAuthority($"https://login.microsoftonline.com/{InMemoryEntra.TenantId}")
        .WithInstanceDiscovery(false)
        .WithHttpClientFactory(new OneClient(entra.NewClient()))
        .Build();

    public static ClientSecretCredential AzureIdentity(InMemoryEntra entra) => new(
        InMemoryEntra.TenantId, InMemoryEntra.ClientId, InMemoryEntra.Secret,
        new ClientSecretCredentialOptions { DisableInstanceDiscovery = true, Transport = new HttpClientTransport(entra.NewClient()), AdditionallyAllowedTenants = { "*" } });

    private sealed class OneClient(HttpClient client) : IMsalHttpClientFactory
    {
        public HttpClient GetHttpClient() => client;
    }
}

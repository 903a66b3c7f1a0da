using System.Reflection;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;
using Microsoft.Identity.Client;
using WorkloadIdentity;

namespace Benchmarks;

/// <summary>The same application with the same secret against the same endpoint, once with each library.</summary>
internal static class Peers
{
    private static readonly string[] Scopes = [InMemoryEntra.Scope];

    public static string MsalVersion => VersionOf("Microsoft.Identity.Client");

    public static string AzureIdentityVersion => VersionOf("Azure.Identity");

    /// <summary>Each library as one call that gets a token for the one request of the benchmarks.</summary>
    public static IReadOnlyList<(string Library, Func<InMemoryEntra, Func<Task>> Prepare)> All { get; } =
    [
        ("WorkloadIdentity", entra =>
        {
            var acquirer = Ours(entra);
            var request = new TokenRequest(InMemoryEntra.Scope) { TenantId = InMemoryEntra.TenantId };
            return () => acquirer.GetTokenAsync(request).AsTask();
        }),
        ("MSAL", entra =>
        {
            var msal = Msal(entra);
            return () => msal.AcquireTokenForClient(Scopes).ExecuteAsync();
        }),
        ("Azure.Identity", entra =>
        {
            var credential = AzureIdentity(entra);
            return () => credential.GetTokenAsync(new TokenRequestContext(Scopes), CancellationToken.None).AsTask();
        }),
    ];

    public static TokenAcquirer Ours(InMemoryEntra entra, int capacity = 10_000) =>
        Ours(entra, new TokenAcquirerOptions { Capacity = capacity });

    public static TokenAcquirer Ours(InMemoryEntra entra, TokenAcquirerOptions options) => new(
        WorkloadIdentity.ApplicationCredential.MultiTenant(
            InMemoryEntra.ClientId,
            ClientSecretAuthentication.FromValue(InMemoryEntra.Secret),
            new ApplicationCredentialOptions { HttpClient = entra.NewClient(), TimeProvider = options.TimeProvider }),
        options);

    /// <summary>Gets a token that is in the cache.</summary>
    /// <exception cref="InvalidOperationException">It is not.</exception>
    public static void Hit(TokenAcquirer acquirer, TokenRequest request)
    {
        var getting = acquirer.GetTokenAsync(request);
        if (!getting.IsCompletedSuccessfully)
        {
            throw new InvalidOperationException($"The token for {request} is not in the cache.");
        }
    }

    public static IConfidentialClientApplication Msal(InMemoryEntra entra) =>
        ConfidentialClientApplicationBuilder.Create(InMemoryEntra.ClientId)
        .WithClientSecret(InMemoryEntra.Secret)
        .WithAuthority($"https://login.microsoftonline.com/{InMemoryEntra.TenantId}")
        .WithInstanceDiscovery(false)
        .WithHttpClientFactory(new OneClient(entra.NewClient()))
        .Build();

    public static ClientSecretCredential AzureIdentity(InMemoryEntra entra) => new(
        InMemoryEntra.TenantId, InMemoryEntra.ClientId, InMemoryEntra.Secret,
        new ClientSecretCredentialOptions
        {
            DisableInstanceDiscovery = true,
            Transport = new HttpClientTransport(
            entra.NewClient()),
            AdditionallyAllowedTenants = { "*" }
        });

    private static string VersionOf(string assembly) =>
        Assembly.Load(assembly).GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    private sealed class OneClient(HttpClient client) : IMsalHttpClientFactory
    {
        public HttpClient GetHttpClient() => client;
    }
}

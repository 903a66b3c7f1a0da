using System.Reflection;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;

namespace WorkloadIdentity.IntegrationTests;

/// <summary>One library in one situation: what it asked, and how it ended.</summary>
internal sealed record PeerRun(IReadOnlyList<WireRequest> Requests, string Outcome, string Detail)
{
    public static async Task<PeerRun> OursAsync(PeerSituation situation, string scope)
    {
        using var server = new Server(situation);
        using var client = new HttpClient(server);
        var once = new WorkloadIdentity.RetryOptions { MaxAttempts = 1 };
        Credential credential = situation.Identity == "chain"
            ? DefaultCredentials.FromEnvironment(
                new DefaultCredentialsOptions { HttpClient = client, ManagedIdentityHttpClient = client, Retry = once })
            : new WorkloadIdentity.ManagedIdentityCredential(
                situation.Identity switch
                {
                    "client" => WorkloadIdentity.ManagedIdentityId.FromClientId(PeerSituation.ClientId),
                    "object" => WorkloadIdentity.ManagedIdentityId.FromObjectId(PeerSituation.ObjectId),
                    "resource" => WorkloadIdentity.ManagedIdentityId.FromResourceId(PeerSituation.ResourceId),
                    _ => null,
                },
                new WorkloadIdentity.ManagedIdentityCredentialOptions { HttpClient = client, PinnedClient = _ => client, Retry = once });
        var result = await credential.AcquireAsync(new Acquisition(new TokenRequest(scope)), CancellationToken.None);
        return new PeerRun(server.Requests, result.Verdict.ToString(), result.ToString());
    }

    public static async Task<PeerRun> TheirsAsync(PeerSituation situation, string scope)
    {
        ForgetTheHost();
        using var server = new Server(situation);
        using var client = new HttpClient(server);
        TokenCredential credential;
        if (situation.Identity == "chain")
        {
            var options = new DefaultAzureCredentialOptions
            {
                Transport = new HttpClientTransport(client),
                ExcludeVisualStudioCredential = true,
                ExcludeAzureCliCredential = true,
                ExcludeAzureDeveloperCliCredential = true,
                ExcludeAzurePowerShellCredential = true,
                ExcludeInteractiveBrowserCredential = true,
            };
            options.Retry.MaxRetries = 0;
            credential = new DefaultAzureCredential(options);
        }
        else
        {
            var options = new Azure.Identity.ManagedIdentityCredentialOptions(situation.Identity switch
            {
                "client" => Azure.Identity.ManagedIdentityId.FromUserAssignedClientId(PeerSituation.ClientId),
                "object" => Azure.Identity.ManagedIdentityId.FromUserAssignedObjectId(PeerSituation.ObjectId),
                "resource" => Azure.Identity.ManagedIdentityId.FromUserAssignedResourceId(new ResourceIdentifier(PeerSituation.ResourceId)),
                _ => Azure.Identity.ManagedIdentityId.SystemAssigned,
            })
            { Transport = new HttpClientTransport(client) };
            options.Retry.MaxRetries = 0;
            credential = new Azure.Identity.ManagedIdentityCredential(options);
        }

        try
        {
            var token = await credential.GetTokenAsync(new TokenRequestContext([scope]), CancellationToken.None);
            return new PeerRun(server.Requests, "Issued", $"expires {token.ExpiresOn:u}");
        }
        catch (CredentialUnavailableException exception)
        {
            return new PeerRun(server.Requests, "Unavailable", exception.Message);
        }
        catch (AuthenticationFailedException exception)
        {
            return new PeerRun(server.Requests, "Failed", exception.Message);
        }
    }

    /// <summary>MSAL finds out once in a process which host it runs on; its own tests make it forget in this way.</summary>
    public static void ForgetTheHost()
    {
        var client = Assembly.Load("Microsoft.Identity.Client").GetTypes().Single(type => type.Name == "ManagedIdentityClient");
        var methods =
            client.GetMethods(BindingFlags.Static | BindingFlags.NonPublic)
                .Where(method => method.Name.StartsWith("Reset", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(methods);
        methods.ForEach(method => method.Invoke(null, null));
    }

    private sealed class Server(PeerSituation situation) : HttpMessageHandler
    {
        public List<WireRequest> Requests { get; } = [];

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var received = await WireRequest.FromAsync(request, cancellationToken);
            Requests.Add(received);
            if (received.IsDiscovery)
            {
                return PeerSituation.Answer(
                    200,
                    """
                    {
                      "tenant_discovery_endpoint":"https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration",
                      "metadata":[{"preferred_network":"login.microsoftonline.com","preferred_cache":"login.windows.net",
                        "aliases":["login.microsoftonline.com","login.windows.net"]}]
                    }
                    """);
            }

            var answered = Requests.Count(earlier => !earlier.IsDiscovery);
            var answer = situation.Answers[Math.Min(answered, situation.Answers.Count) - 1](request);
            answer.RequestMessage = request;
            return answer;
        }
    }
}

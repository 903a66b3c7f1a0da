using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;

namespace WorkloadIdentity.IntegrationTests;

/// <summary>
/// What docs/differences.md says of Azure.Core and MSAL beyond single requests: callers that come together, and proof of possession.
/// </summary>
[Collection(PeerCollection.Name)]
public sealed class PeerCallersTests
{
    private const int Callers = 20;
    private const string TenantId = "72f988bf-86f1-41af-91ab-2d7cd011db47";

    [Fact]
    public async Task Callers_of_a_managed_identity_share_one_request_in_both()
    {
        using var variables = new ProcessVariables(new Dictionary<string, string>());
        using var server = new SlowServer();

        Assert.Equal(1, await server.RequestsOfAsync(Theirs(server, "managed identity")));
        Assert.Equal(1, await server.RequestsOfAsync(Ours(server, "managed identity")));
    }

    [Fact]
    public async Task Callers_of_an_application_share_one_request_here_only()
    {
        using var variables = new ProcessVariables(new Dictionary<string, string>());
        using var server = new SlowServer();

        Assert.Equal(Callers, await server.RequestsOfAsync(Theirs(server, "secret")));
        Assert.Equal(1, await server.RequestsOfAsync(Ours(server, "secret")));
    }

    [Theory]
    [InlineData("managed identity")]
    [InlineData("secret")]
    public async Task Proof_of_possession_is_a_wish_that_theirs_answer_with_a_bearer_token(string kind)
    {
        using var variables = new ProcessVariables(new Dictionary<string, string>());
        using var server = new SlowServer();
        var asked = new TokenRequestContext([NewScope()], isProofOfPossessionEnabled: true);

        var token = await TheirCredential(server, kind).GetTokenAsync(asked, CancellationToken.None);

        Assert.Equal(("Bearer", null), (token.TokenType, token.BindingCertificate));
    }

    private static string NewScope() => $"https://{Guid.NewGuid():N}.example/.default";

    private static Func<string, Task> Theirs(SlowServer server, string kind)
    {
        var credential = TheirCredential(server, kind);
        return scope => credential.GetTokenAsync(new TokenRequestContext([scope]), CancellationToken.None).AsTask();
    }

    private static TokenCredential TheirCredential(SlowServer server, string kind)
    {
        PeerRun.ForgetTheHost();
        if (kind == "secret")
        {
            var options =
                new ClientSecretCredentialOptions { Transport = new HttpClientTransport(server.Client), DisableInstanceDiscovery = true };
            return new ClientSecretCredential(TenantId, PeerSituation.ClientId, "secret", options);
        }

        return new Azure.Identity.ManagedIdentityCredential(
            new Azure.Identity.ManagedIdentityCredentialOptions(
                Azure.Identity.ManagedIdentityId.SystemAssigned)
            { Transport = new HttpClientTransport(server.Client) });
    }

    private static Func<string, Task> Ours(SlowServer server, string kind)
    {
        Credential credential = kind == "secret"
            ? new ApplicationCredential(
                TenantId, PeerSituation.ClientId, ClientSecretAuthentication.FromValue("secret"),
                new ApplicationCredentialOptions { HttpClient = server.Client })
            : new WorkloadIdentity.ManagedIdentityCredential(
                options: new WorkloadIdentity.ManagedIdentityCredentialOptions { HttpClient = server.Client });
        var acquirer = new TokenAcquirer(credential);
        return scope => acquirer.GetTokenAsync(new TokenRequest(scope)).AsTask();
    }

    /// <summary>Answers both kinds of request, slowly, so that those who ask together do not find a token there already.</summary>
    private sealed class SlowServer : HttpMessageHandler
    {
        private static readonly TimeSpan Latency = TimeSpan.FromMilliseconds(500);
        private int _requests;

        public SlowServer() => Client = new HttpClient(this, disposeHandler: false);

        public HttpClient Client { get; }

        public async Task<int> RequestsOfAsync(Func<string, Task> get)
        {
            var scope = NewScope();
            var before = Volatile.Read(ref _requests);
            await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => get(scope)));
            return Volatile.Read(ref _requests) - before;
        }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _requests);
            await Task.Delay(Latency, TimeProvider.System, cancellationToken);
            var answer = Answer(request);
            answer.Headers.TryAddWithoutValidation("Server", "IMDS/150.870.65.1854");
            answer.RequestMessage = request;
            return answer;
        }

        /// <summary>Entra, or an IMDS that knows no proof of possession.</summary>
        private static HttpResponseMessage Answer(HttpRequestMessage request) =>
            request.Method == HttpMethod.Post
                ? PeerSituation.Answer(200, """{"token_type":"Bearer","expires_in":3599,"access_token":"token-1"}""")
            : request.RequestUri!.AbsolutePath != "/metadata/identity/oauth2/token" || !request.Headers.Contains("Metadata")
                ? PeerSituation.Answer(400, """{"error":"invalid_request","error_description":"Required metadata header not specified"}""")
            : PeerSituation.Token();

        protected override void Dispose(bool disposing)
        {
            Client.Dispose();
            base.Dispose(disposing);
        }
    }
}

using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace WorkloadIdentity.Paths;

/// <summary>The requests whose paths are counted. All servers are in memory.</summary>
public static class Situations
{
    private const string Tenant = "11111111-2222-3333-4444-555555555555";
    private const string Client = "66666666-7777-8888-9999-000000000000";
    private const string Scope = "https://api.contoso.com/.default";
    private static readonly Uri Address = new("https://api.contoso.com/orders");

    /// <summary>Runs each twice, so that what is made once is made, and records the second run.</summary>
    public static async Task<string[]> RunAsync(Dictionary<string, string> files)
    {
        Recorder.Know(files);
        var now = TimeProvider.System.GetUtcNow();
        using var key = RSA.Create(2048);
        using var certificate = new CertificateRequest("CN=orders", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(now.AddDays(-1), now.AddYears(1));
        var user = $"{Part("""{"alg":"none"}""")}.{Part($$"""{"exp":{{now.AddHours(1).ToUnixTimeSeconds()}}}""")}.c2ln";

        List<WalkedPath> paths =
        [
            await TraceAsync("cached token", () => Application(certificate), isWarm: true),
            await TraceAsync("certificate, first token", () => Application(certificate)),
            await TraceAsync("managed identity (IMDS), first token", () => ManagedIdentity()),
            await TraceAsync("on behalf of a user, first token", () => Application(certificate), message => message.OnBehalfOf(user)),
            await TraceAsync("default chain (IMDS), first token", () => DefaultChain()),
            await TraceAsync("token rejected by the API, renewed", () => Application(certificate), isWarm: true, isRejected: true),
        ];
        return [.. paths.SelectMany(Lines)];
    }

    private static async Task<WalkedPath> TraceAsync(
        string name, Func<Credential> credential, Action<HttpRequestMessage>? change = null, bool isWarm = false, bool isRejected = false)
    {
        await WalkAsync(credential(), change, isWarm, isRejected, name);
        return await WalkAsync(credential(), change, isWarm, isRejected, name);
    }

    private static async Task<WalkedPath> WalkAsync(
        Credential credential, Action<HttpRequestMessage>? change, bool isWarm, bool isRejected, string name)
    {
        using var acquirer = new TokenAcquirer(credential);
        using var api = new Api();
        using var handler = new AccessTokenHandler(acquirer, new TokenRequest(Scope)) { InnerHandler = api };
        using var client = new HttpMessageInvoker(handler);
        if (isWarm)
        {
            (await SendAsync(client, change)).Dispose();
        }

        api.Rejects = isRejected ? 1 : 0;

        // Leaves the stack of the request before, which would count as the caller.
        await Task.Yield();
        Recorder.Start();
        using var response = await SendAsync(client, change);
        var path = Recorder.Stop(name);
        response.EnsureSuccessStatusCode();
        return path;
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpMessageInvoker client, Action<HttpRequestMessage>? change)
    {
        using var message = new HttpRequestMessage(HttpMethod.Get, Address);
        change?.Invoke(message);
        return await client.SendAsync(message, CancellationToken.None);
    }

    private static ApplicationCredential Application(X509Certificate2 certificate) => new(
        Tenant,
        Client,
        ClientCertificateAuthentication.FromCertificate(certificate),
        new ApplicationCredentialOptions { HttpClient = new HttpClient(new TokenServer()) });

    private static ManagedIdentityCredential ManagedIdentity() => new(null, new ManagedIdentityCredentialOptions
    {
        HttpClient = new HttpClient(new TokenServer()),
        Environment = WorkloadEnvironment.FromValues(new Dictionary<string, string>()),
    });

    private static Credential DefaultChain() => DefaultCredentials.FromEnvironment(new DefaultCredentialsOptions
    {
        ManagedIdentityHttpClient = new HttpClient(new TokenServer()),
        Environment = WorkloadEnvironment.FromValues(new Dictionary<string, string>()),
    });

    private static string Part(string json) =>
        Convert.ToBase64String(Encoding.UTF8.GetBytes(json)).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    private static IEnumerable<string> Lines(WalkedPath path) =>
    [
        $"path\t{path.Name}\t{path.Calls}",
        .. path.Files.Select(file => $"file\t{file}"),
        .. path.Moves.Select(move => $"move\t{move.From}\t{move.To}\t{move.Method}\t{move.IsReturn}"),
    ];

    /// <summary>Entra and IMDS at once: each request gets another token.</summary>
    private sealed class TokenServer : HttpMessageHandler
    {
        private int _issued;

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var isProbe = request.RequestUri!.Host == "169.254.169.254" && !request.Headers.Contains("Metadata");
            var response = new HttpResponseMessage(isProbe ? HttpStatusCode.BadRequest : HttpStatusCode.OK)
            {
                RequestMessage = request,
                Content = isProbe
                    ? JsonContent.Create(new Dictionary<string, object>
                    {
                        ["error"] = "invalid_request",
                        [
                        "error_description"] = "Required metadata header not specified"
                    })
                    : JsonContent.Create(new Dictionary<string, object>
                    {
                        ["token_type"] = "Bearer",
                        ["access_token"] = $"token{Interlocked.Increment(ref _issued)}",
                        ["expires_in"] = 3600,
                    }),
            };
            response.Headers.Server.Add(new ProductInfoHeaderValue("IMDS", "150.870.65.1854"));
            return Task.FromResult(response);
        }
    }

    /// <summary>Rejects the first tokens shown, and takes all others.</summary>
    private sealed class Api : HttpMessageHandler
    {
        public int Rejects { get; set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response =
                new HttpResponseMessage(Rejects-- > 0 ? HttpStatusCode.Unauthorized : HttpStatusCode.OK) { RequestMessage = request };
            if (response.StatusCode == HttpStatusCode.Unauthorized)
            {
                response.Headers.WwwAuthenticate.Add(new AuthenticationHeaderValue("Bearer", "error=\"invalid_token\""));
            }

            return Task.FromResult(response);
        }
    }
}

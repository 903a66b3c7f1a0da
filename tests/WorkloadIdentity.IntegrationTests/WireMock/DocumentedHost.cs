using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using WireMock.RequestBuilders;
using WireMock.Server;
using WireMock.Settings;
using Ask = WireMock.RequestBuilders.Request;

namespace WorkloadIdentity.IntegrationTests;

/// <summary>
/// A managed identity host as the documentation of its platform describes it: the variables of a workload, the request, and the answer.
/// The values are those of the documentation's examples, except for expiries, which lie in the future.
/// </summary>
internal sealed class DocumentedHost
{
    public const string Resource = "https://vault.azure.net";
    public const string Secret = "853b9a84-5bfa-4b22-a3f3-0b9a43d9ad8a";
    public const string Token = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.e30.c2lnbmF0dXJl";
    public const string ClientId = "5e29463d-71da-4fe0-8e69-999b57db23b0";
    public const string ObjectId = "0d3c1a52-9c0f-4d0e-8a54-6f1f6f0d2b11";

    private const string ArcKey = "/var/opt/azcmagent/tokens/2b8f0b1c-6d3e-4a51-8f0a-1f4f5b6c7d8e.key";
    private const string ArcKeyContent = "c2VjcmV0LW9mLXRoZS1hZ2VudA==";

    public static readonly DateTimeOffset ExpiresOn =
        DateTimeOffset.FromUnixTimeSeconds(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() + 3599);

    private static readonly string Unix = ExpiresOn.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    public required string Name { get; init; }

    /// <summary>What a workload has in its environment when the host is at this address.</summary>
    public required Func<Uri, Dictionary<string, string>> Variables { get; init; }

    public Dictionary<string, byte[]> Files { get; init; } = [];

    /// <summary>The request, as the documentation writes it.</summary>
    public required Func<IRequestBuilder> Request { get; init; }

    /// <summary>The answer to it.</summary>
    public required object Answer { get; init; }

    /// <summary>What the host asks of a first request, if it answers a second one only.</summary>
    public Action<WireMockServer>? Challenge { get; init; }

    /// <summary>The parameter that names a user-assigned identity, and by what; null where the platform has none.</summary>
    public (string Parameter, ManagedIdentityId Id)? Selector { get; init; }

    /// <summary>The certificate of a host that is asked over https.</summary>
    public X509Certificate2? Certificate { get; init; }

    public static IReadOnlyDictionary<string, Func<DocumentedHost>> All { get; } = new Dictionary<string, Func<DocumentedHost>>
    {
        ["IMDS"] = Imds,
        ["App Service"] = () => AppService("App Service"),
        ["Functions"] = () => AppService("Functions"),
        ["Container Apps"] = () => AppService("Container Apps"),
        ["App Service of 2017"] = AppServiceOf2017,
        ["Azure Machine Learning"] = MachineLearning,
        ["Azure Arc"] = Arc,
        ["Cloud Shell"] = CloudShell,
        ["Container Instances on Windows"] = ContainerInstances,
        ["Service Fabric"] = ServiceFabric,
    };

    public WireMockServer Start()
    {
        var server = Certificate is null
            ? StubServer.Start()
            : StubServer.Start(new WireMockServerSettings
            {
                Urls = ["https://127.0.0.1:0"],
                UseSSL = true,
                CertificateSettings = new WireMockCertificateSettings { X509Certificate = Certificate },
            });
        Challenge?.Invoke(server);
        return server;
    }

    public ManagedIdentityCredential Credential(
        WireMockServer server, ManagedIdentityId? id = null, Action<ManagedIdentityCredentialOptions>? configure = null)
    {
        var options = new ManagedIdentityCredentialOptions
        {
            Environment = WorkloadEnvironment.FromValues(Variables(server.Address), Files),
            Retry = new RetryOptions { Delay = TimeSpan.FromMilliseconds(1), MaxDelay = TimeSpan.FromMilliseconds(5) },
        };
        configure?.Invoke(options);
        return new ManagedIdentityCredential(id, options);
    }

    /// <summary><see href="https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token"/></summary>
    private static DocumentedHost Imds() => new()
    {
        Name = "IMDS",
        Variables = address => new() { ["AZURE_POD_IDENTITY_AUTHORITY_HOST"] = $"{address}" },
        Request = () => Ask.Create().UsingGet().WithPath("/metadata/identity/oauth2/token")
            .WithHeader("Metadata", "true").WithParam("api-version", "2018-02-01").WithParam("resource", Resource),
        Answer = new
        {
            access_token = Token,
            refresh_token = "",
            expires_in = "3599",
            expires_on = Unix,
            not_before = "1506480273",
            resource = Resource,
            token_type = "Bearer",
        },
        Selector = ("client_id", ManagedIdentityId.FromClientId(ClientId)),
    };

    /// <summary>
    /// <see href="https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference"/>, and the same for
    /// Functions and <see href="https://learn.microsoft.com/azure/container-apps/managed-identity#rest-endpoint-reference"/>.
    /// </summary>
    private static DocumentedHost AppService(string name) => new()
    {
        Name = name,
        Variables = address => new()
        {
            ["IDENTITY_ENDPOINT"] = $"{address}msi/token",
            ["IDENTITY_HEADER"] = Secret,
            [name switch
            {
                "Container Apps" => "CONTAINER_APP_NAME",
                "Functions" => "FUNCTIONS_WORKER_RUNTIME",
                _ => "WEBSITE_SITE_NAME",
            }] = "orders",
        },
        Request = () => Ask.Create().UsingGet().WithPath("/msi/token")
            .WithHeader("X-IDENTITY-HEADER", Secret).WithParam("api-version", "2019-08-01").WithParam("resource", Resource),
        Answer = new
        {
            access_token = Token,
            expires_on = Unix,
            resource = Resource,
            token_type = "Bearer",
            client_id = ClientId,
        },
        Selector = ("client_id", ManagedIdentityId.FromClientId(ClientId)),
    };

    /// <summary>The same page, for the version of 2017: a header of another name, and a date.</summary>
    private static DocumentedHost AppServiceOf2017() => new()
    {
        Name = "App Service of 2017",
        Variables = address => new()
        {
            ["MSI_ENDPOINT"] = $"{address}MSI/token/",
            ["MSI_SECRET"] = Secret,
            ["WEBSITE_SITE_NAME"] = "orders",
        },
        Request = () => Ask.Create().UsingGet().WithPath("/MSI/token/")
            .WithHeader("secret", Secret).WithParam("api-version", "2017-09-01").WithParam("resource", Resource),
        Answer = new
        {
            access_token = Token,
            expires_on = ExpiresOn.ToString("MM/dd/yyyy HH:mm:ss tt zzz", CultureInfo.InvariantCulture),
            resource = Resource,
            token_type = "Bearer",
        },
        Selector = ("clientid", ManagedIdentityId.FromClientId(ClientId)),
    };

    /// <summary><see href="https://learn.microsoft.com/azure/machine-learning/how-to-identity-based-service-authentication"/></summary>
    private static DocumentedHost MachineLearning() => new()
    {
        Name = "Azure Machine Learning",
        Variables = address => new()
        {
            ["MSI_ENDPOINT"] = $"{address}msi/token",
            ["MSI_SECRET"] = Secret,
            ["DEFAULT_IDENTITY_CLIENT_ID"] = ClientId,
        },
        Request = () => Ask.Create().UsingGet().WithPath("/msi/token")
            .WithHeader("secret", Secret).WithParam("api-version", "2017-09-01").WithParam("resource", Resource)
            .WithParam("clientid", ClientId),
        Answer = new { access_token = Token, expires_on = Unix, resource = Resource, token_type = "Bearer" },
        Selector = ("clientid", ManagedIdentityId.FromClientId(ClientId)),
    };

    /// <summary><see href="https://learn.microsoft.com/azure/azure-arc/servers/managed-identity-authentication"/></summary>
    private static DocumentedHost Arc() => new()
    {
        Name = "Azure Arc",
        Variables = address => new()
        {
            ["IDENTITY_ENDPOINT"] = $"{address}metadata/identity/oauth2/token",
            ["IMDS_ENDPOINT"] = $"{address}",
        },
        Files = new() { [ArcKey] = Encoding.ASCII.GetBytes(ArcKeyContent) },
        Challenge = server => server
            .Given(ArcRequest()).AtPriority(5).RespondWith(StubServer.Answer(401, ("WWW-Authenticate", $"Basic realm={ArcKey}"))),
        Request = () => ArcRequest().WithHeader("Authorization", $"Basic {ArcKeyContent}"),
        Answer = new
        {
            access_token = Token,
            expires_in = "3599",
            expires_on = Unix,
            not_before = "1506480273",
            resource = Resource,
            token_type = "Bearer",
        },
    };

    private static IRequestBuilder ArcRequest() =>
        Ask.Create().UsingGet().WithPath("/metadata/identity/oauth2/token").WithHeader("Metadata", "true")
            .WithParam("api-version", "2020-06-01").WithParam("resource", Resource);

    /// <summary><see href="https://learn.microsoft.com/azure/cloud-shell/msi-authorization"/></summary>
    private static DocumentedHost CloudShell() => new()
    {
        Name = "Cloud Shell",
        Variables = address => new() { ["MSI_ENDPOINT"] = $"{address}oauth2/token" },
        Request = () => Ask.Create().UsingPost().WithPath("/oauth2/token").WithHeader("Metadata", "true")
            .WithHeader("Content-Type", "application/x-www-form-urlencoded").WithBody($"resource={Uri.EscapeDataString(Resource)}"),
        Answer = new
        {
            access_token = Token,
            refresh_token = "",
            expires_in = "3599",
            expires_on = Unix,
            not_before = "1506480273",
            resource = Resource,
            token_type = "Bearer",
        },
    };

    /// <summary><see href="https://learn.microsoft.com/azure/container-instances/container-instances-managed-identity"/></summary>
    private static DocumentedHost ContainerInstances() => new()
    {
        Name = "Container Instances on Windows",
        Variables = address => new()
        {
            ["IDENTITY_ENDPOINT"] = $"{address}metadata/identity/oauth2/token?api-version=1.0",
            ["IDENTITY_HEADER"] = Secret,
        },
        Request = () => Ask.Create().UsingGet().WithPath("/metadata/identity/oauth2/token")
            .WithHeader("secret", Secret).WithParam("api-version", "1.0").WithParam("resource", Resource),
        Answer = new { token_type = "Bearer", access_token = Token, expires_on = ExpiresOn.ToUnixTimeSeconds(), resource = Resource },
        Selector = ("principalId", ManagedIdentityId.FromObjectId(ObjectId)),
    };

    /// <summary>
    /// <see href="https://learn.microsoft.com/azure/service-fabric/how-to-managed-identity-service-fabric-app-code"/>: over https, to a
    /// certificate that is known by its thumbprint.
    /// </summary>
    private static DocumentedHost ServiceFabric() => new()
    {
        Name = "Service Fabric",
        Certificate = SelfSigned.Certificate,
        Variables = address => new()
        {
            ["IDENTITY_ENDPOINT"] = $"{address}metadata/identity/oauth2/token",
            ["IDENTITY_HEADER"] = Secret,
            ["IDENTITY_SERVER_THUMBPRINT"] = SelfSigned.Certificate.Thumbprint,
            ["IDENTITY_API_VERSION"] = "2019-07-01-preview",
        },
        Request = () => Ask.Create().UsingGet().WithPath("/metadata/identity/oauth2/token")
            .WithHeader("Secret", Secret).WithParam("api-version", "2019-07-01-preview").WithParam("resource", Resource),
        Answer = new { token_type = "Bearer", access_token = Token, expires_on = ExpiresOn.ToUnixTimeSeconds(), resource = Resource },
    };
}

using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace WorkloadIdentity.Tests;

/// <summary>An application and the Entra it asks: what answers, what the files hold, and the clock.</summary>
internal sealed class EntraFake
{
    public const string Tenant = "72f988bf-86f1-41af-91ab-2d7cd011db47";
    public const string OtherTenant = "contoso.onmicrosoft.com";
    public const string ClientId = "6bf7ab3f-6a37-4f6d-9a3c-2ee0f1d1f8a3";
    public const string Scope = "https://graph.microsoft.com/.default";
    public const string Endpoint = $"https://login.microsoftonline.com/{Tenant}/oauth2/v2.0/token";

    public FakeServer Server { get; } = new();

    public FakeClock Clock { get; } = new();

    public FakeLog Log { get; } = new();

    public Dictionary<string, string> Variables { get; } = [];

    public Dictionary<string, byte[]> Files { get; } = [];

    public static string Token(string value = "token-1", string more = "\"expires_in\":3599") =>
        $$"""{"token_type":"Bearer","access_token":"{{value}}",{{more}}}""";

    /// <summary>An error as Entra writes it.</summary>
    public static string Error(long code, string error = "invalid_client", string says = "Something is wrong.") => new JsonObject
    {
        ["error"] = error,
        ["error_description"] = $"AADSTS{code}: {says} Trace ID: 0f1e2d3c-0000-4000-8000-000000000001 Correlation ID: "
            + "0f1e2d3c-0000-4000-8000-000000000002 Timestamp: 2026-01-01 00:00:00Z",
        ["error_codes"] = new JsonArray(code),
        ["timestamp"] = "2026-01-01 00:00:00Z",
        ["trace_id"] = "0f1e2d3c-0000-4000-8000-000000000001",
        ["correlation_id"] = "0f1e2d3c-0000-4000-8000-000000000002",
        ["error_uri"] = string.Create(CultureInfo.InvariantCulture, $"https://login.microsoftonline.com/error?code={code}"),
    }.ToJsonString();

    /// <summary>A JWT nobody could verify: enough for whoever only carries it.</summary>
    public static string Jwt(string subject = "system:serviceaccount:shop:orders") =>
        $"{Encode(
            """{"alg":"RS256","typ":"JWT"}""")}.{Encode(JsonSerializer.Serialize(
                new { iss = "https://issuer.example/", sub = subject, aud = "api://AzureADTokenExchange" }))}.c2lnbmF0dXJl";

    public EntraFake Answers(
        HttpStatusCode status, string body = "", string mediaType = "application/json", params (string Name, string Value)[] headers)
    {
        Server.Answer(status, body, mediaType, headers);
        return this;
    }

    public EntraFake Issues(string token = "token-1") => Answers(HttpStatusCode.OK, Token(token));

    public EntraFake Refuses(long code, string error = "invalid_client") =>
        Answers(error == "invalid_client" ? HttpStatusCode.Unauthorized : HttpStatusCode.BadRequest, Error(code, error));

    public EntraFake File(string path, string text)
    {
        Files[path] = Encoding.UTF8.GetBytes(text);
        return this;
    }

    /// <summary>What certificate stores hold, by location and name.</summary>
    public Dictionary<string, List<X509Certificate2>> Stores { get; } = [];

    public WorkloadEnvironment Environment() =>
        WorkloadEnvironment.FromValues(Variables, Files, (location, name) => Stores.TryGetValue($"{location}/{name}", out var store)
        ? store
        : throw new CryptographicException("There is no such store."));

    /// <summary>What a source of client authentication is asked for.</summary>
    public TokenExchange Exchange() => new()
    {
        Authority = Authority.Require(EntraCloud.Public, allowUnknown: false, "host"),
        TenantId = Tenant,
        ClientId = ClientId,
        Request = new TokenRequest(Scope),
        Environment = Environment(),
        TimeProvider = Clock,
        Logger = Log,
    };

    public ApplicationCredentialOptions Options() => new()
    {
        HttpClient = Server.Client,
        TimeProvider = Clock,
        LoggerFactory = Log,
        Environment = Environment(),

        // Far beyond what a test advances the clock by: time limits have tests of their own.
        Retry = new RetryOptions { AttemptTimeout = TimeSpan.FromMinutes(59) },
    };

    public ApplicationCredential Credential(
        ClientAuthentication? authentication = null, Action<ApplicationCredentialOptions>? configure = null, string tenant = Tenant)
    {
        var options = Options();
        configure?.Invoke(options);
        return new ApplicationCredential(
            tenant, ClientId, authentication ?? ClientSecretAuthentication.FromValue("secret-canary"), options);
    }

    public Task<TokenResult> AcquireAsync(
        Credential credential, TokenRequest? request = null, string? claims = null, CancellationToken cancellationToken = default) =>
        credential.AcquireAsync(
            new Acquisition(request ?? new TokenRequest(Scope)) { Claims = claims, TimeProvider = Clock }, cancellationToken).AsTask();

    public Task<TokenResult> AcquireAsync(
        ClientAuthentication? authentication = null, TokenRequest? request = null, string? claims = null) =>
        AcquireAsync(Credential(authentication), request, claims);

    /// <summary>One acquisition, with as much time as it takes.</summary>
    public Task<TokenResult> RunAsync(Credential credential, TokenRequest? request = null) =>
        Clock.RunUntilAsync(() => new ValueTask<TokenResult>(AcquireAsync(credential, request)));

    public Task<TokenResult> RunAsync(ClientAuthentication? authentication = null) => RunAsync(Credential(authentication));

    private static string Encode(string text) =>
        Convert.ToBase64String(Encoding.UTF8.GetBytes(text)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}

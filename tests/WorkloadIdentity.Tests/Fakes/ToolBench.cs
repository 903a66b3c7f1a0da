using System.Buffers.Text;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using WorkloadIdentity.Tool;

namespace WorkloadIdentity.Tests;

/// <summary>
/// A machine to run <c>wid</c> on: its variables and files, Entra and the local hosts as it reaches them, its clock and its console.
/// </summary>
internal sealed class ToolBench
{
    public const string Endpoint = "https://login.microsoftonline.com";

    /// <summary>Nobody's signature; a token that is found with it has leaked.</summary>
    public const string Signature = "c2lnbmF0dXJlLWNhbmFyeQ";

    public ToolBench()
    {
        Answer = _ => Issued();
        Entra.Otherwise = request => request.Method == HttpMethod.Get
            ? Dated(HttpStatusCode.OK)
            : request.Uri.AbsolutePath.EndsWith("/token", StringComparison.Ordinal) ? Answer(request)
            : throw new Xunit.Sdk.XunitException($"Unexpected request: {request.Uri}");
        Local.Otherwise = request => LocalAnswer(request);
    }

    public Dictionary<string, string> Variables { get; } = [];

    public Dictionary<string, byte[]> Files { get; } = [];

    public Dictionary<string, FileFacts> Facts { get; } = [];

    public FakeServer Entra { get; } = new();

    public FakeServer Local { get; } = new();

    public FakeClock Clock { get; } = new();

    /// <summary>How far Entra's clock is ahead of this machine's.</summary>
    public TimeSpan EntraAhead { get; set; }

    /// <summary>How Entra answers token requests.</summary>
    public Func<ReceivedRequest, HttpResponseMessage> Answer { get; set; }

    /// <summary>How hosts on this machine and its link answer: nobody is there unless a test says so.</summary>
    public Func<ReceivedRequest, HttpResponseMessage> LocalAnswer { get; set; } =
        _ => throw new HttpRequestException(HttpRequestError.ConnectionError, "connection refused");

    public Func<string, CancellationToken, Task<IPAddress[]>> Resolve { get; set; } =
        (_, _) => Task.FromResult(new IPAddress[] { IPAddress.Parse("192.0.2.7"), IPAddress.Parse("192.0.2.8") });

    public Uri? Proxy { get; set; }

    public Amazon.SecurityToken.IAmazonSecurityTokenService? AwsTokenService { get; set; }

    public bool IsTerminal { get; set; }

    public JsonObject Claims { get; set; } = new()
    {
        ["aud"] = "https://graph.microsoft.com",
        ["iss"] = $"https://sts.windows.net/{EntraFake.Tenant}/",
        ["appid"] = EntraFake.ClientId,
        ["idtyp"] = "app",
        ["oid"] = "0d3c1a52-9c0f-4d0e-8a54-6f1f6f0d2b11",
        ["roles"] = new JsonArray("User.Read.All"),
        ["exp"] = new DateTimeOffset(2026, 1, 1, 1, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds(),
    };

    public string Token => Jwt(Claims);

    /// <summary>A JWT nobody could verify.</summary>
    public static string Jwt(JsonObject claims, string algorithm = "RS256") =>
        $"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(
            $$"""{"alg":"{{algorithm}}","typ":"JWT","kid":"key-1"}"""))}.{Base64Url.EncodeToString(
                Encoding.UTF8.GetBytes(claims.ToJsonString()))}.{Signature}";

    /// <summary>The assertion of a pod.</summary>
    public static string Assertion(
        string subject = "system:serviceaccount:shop:orders",
        string issuer = "https://oidc.example/cluster/",
        string algorithm = "RS256",
        DateTimeOffset? expiresOn = null) => Jwt(
        new JsonObject
        {
            ["iss"] = issuer,
            ["sub"] = subject,
            ["aud"] = "api://AzureADTokenExchange",
            ["exp"] = (expiresOn ?? new DateTimeOffset(2026, 1, 1, 1, 0, 0, TimeSpan.Zero)).ToUnixTimeSeconds(),
        },
        algorithm);

    public HttpResponseMessage Issued(string? token = null) => FakeServer.Response(HttpStatusCode.OK, EntraFake.Token(token ?? Token));

    public static HttpResponseMessage Refused(long code, string error = "invalid_client", string says = "Something is wrong.") =>
        FakeServer.Response(
            error == "invalid_client" ? HttpStatusCode.Unauthorized : HttpStatusCode.BadRequest, EntraFake.Error(code, error, says));

    public ToolBench With(params (string Name, string Value)[] variables)
    {
        foreach (var (name, value) in variables)
        {
            Variables[name] = value;
        }

        return this;
    }

    /// <summary>The application that most situations are about.</summary>
    public ToolBench WithApplication() => With(("AZURE_TENANT_ID", EntraFake.Tenant), ("AZURE_CLIENT_ID", EntraFake.ClientId));

    public ToolBench WithSecret(string secret = "secret-canary-1") => WithApplication().With(("AZURE_CLIENT_SECRET", secret));

    /// <summary>A pod with a projected token.</summary>
    public ToolBench WithTokenFile(string? assertion, string path = "/var/run/secrets/token")
    {
        if (assertion is not null)
        {
            File(path, assertion, UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        }

        return WithApplication().With(("AZURE_FEDERATED_TOKEN_FILE", path));
    }

    public ToolBench File(string path, string text, UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite)
    {
        Files[path] = Encoding.UTF8.GetBytes(text);
        Facts[path] = new FileFacts(true, text.Length, mode, Clock.Now - TimeSpan.FromMinutes(5));
        return this;
    }

    public async Task<ToolRun> RunAsync(params string[] args)
    {
        var (output, error) = (new StringWriter { NewLine = "\n" }, new StringWriter { NewLine = "\n" });
        var surroundings = Surroundings(output, error);
        var code = await Clock.RunUntilAsync(() => new ValueTask<int>(Wid.RunAsync(args, surroundings, CancellationToken.None)));
        return new ToolRun(code, output.ToString(), error.ToString());
    }

    /// <summary>All of this machine, with a console of one's own.</summary>
    public Surroundings Surroundings(TextWriter output, TextWriter error, Func<string, FileFacts>? look = null) => new()
    {
        Environment = WorkloadEnvironment.FromValues(Variables, Files),
        Out = output,
        Error = error,
        IsOutRedirected = !IsTerminal,
        IsErrorRedirected = !IsTerminal,
        TimeProvider = Clock,
        EntraClient = Entra.Client,
        LocalClient = Local.Client,
        Look = look ?? (path => Facts.GetValueOrDefault(path) ?? new FileFacts(false)),
        ResolveAsync = (name, cancellationToken) => Resolve(name, cancellationToken),
        ProxyFor = _ => Proxy,
        AwsTokenService = AwsTokenService,
        Platform = new PlatformFacts("Debian GNU/Linux 12 (bookworm)", "x64", ".NET 10.0.0"),
    };

    public HttpResponseMessage Dated(HttpStatusCode status) =>
        FakeServer.Response(
            status, headers: ("Date", (Clock.Now + EntraAhead).ToString("r", System.Globalization.CultureInfo.InvariantCulture)));
}

/// <summary>How a command ended and what it wrote.</summary>
internal sealed record ToolRun(int ExitCode, string Out, string Error)
{
    public string All => Out + Error;

    public JsonNode Json => JsonNode.Parse(Out)!;
}

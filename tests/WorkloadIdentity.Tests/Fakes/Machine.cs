using System.Globalization;
using System.Net;

namespace WorkloadIdentity.Tests;

/// <summary>A machine with a managed identity: its variables and files, the server behind its endpoint, and its clock.</summary>
internal sealed class Machine
{
    public const string Scope = "https://graph.microsoft.com/.default";
    public const string ClientId = "6bf7ab3f-6a37-4f6d-9a3c-2ee0f1d1f8a3";
    public const string ObjectId = "0d3c1a52-9c0f-4d0e-8a54-6f1f6f0d2b11";
    public const string ResourceId =
        "/subscriptions/3f0d5d4e-6b5c-4c0c-9d1a-0a4f2f6f9f77/resourceGroups/orders"
            + "/providers/Microsoft.ManagedIdentity/userAssignedIdentities/orders-api";

    /// <summary>What IMDS says to a request without its header.</summary>
    public const string ProbeRefused = """{"error":"invalid_request","error_description":"Required metadata header not specified"}""";

    public Dictionary<string, string> Variables { get; } = [];

    public Dictionary<string, byte[]> Files { get; } = [];

    public FakeServer Server { get; } = new();

    public FakeClock Clock { get; } = new();

    public static Machine AppService()
    {
        var machine = new Machine();
        machine.Variables["IDENTITY_ENDPOINT"] = "http://169.254.129.2:8081/msi/token";
        machine.Variables["IDENTITY_HEADER"] = "canary-header";
        return machine;
    }

    public static Machine AppServiceOf2017()
    {
        var machine = new Machine();
        machine.Variables["MSI_ENDPOINT"] = "http://127.0.0.1:41741/MSI/token/";
        machine.Variables["MSI_SECRET"] = "canary-header";
        machine.Variables["WEBSITE_SITE_NAME"] = "orders";
        return machine;
    }

    /// <summary>A body as IMDS writes it: every value a string.</summary>
    public string Token(string value = "token-1", TimeSpan? lifetime = null, string more = "") =>
        $$"""{"access_token":"{{value}}","refresh_token":"","expires_in":"86399","expires_on":"{{Unix(
            lifetime ?? TimeSpan.FromHours(24))}}","not_before":"{{Unix(
                TimeSpan.Zero)}}","resource":"https://graph.microsoft.com","token_type":"Bearer"{{more}}}""";

    public string Unix(TimeSpan fromNow) => (Clock.Now + fromNow).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    public Machine Answers(
        HttpStatusCode status, string body = "", string mediaType = "application/json", params (string Name, string Value)[] headers)
    {
        Server.Answer(status, body, mediaType, headers);
        return this;
    }

    public ManagedIdentityCredentialOptions Options() => new()
    {
        HttpClient = Server.Client,
        TimeProvider = Clock,
        Environment = WorkloadEnvironment.FromValues(Variables, Files),
    };

    public ManagedIdentityCredential Credential(ManagedIdentityId? id = null, Action<ManagedIdentityCredentialOptions>? configure = null)
    {
        var options = Options();
        configure?.Invoke(options);
        return new ManagedIdentityCredential(id, options);
    }

    /// <summary>One acquisition, with as much time as it takes.</summary>
    public Task<TokenResult> AcquireAsync(
        ManagedIdentityId? id = null, bool inChain = false, string scope = Scope,
        Action<ManagedIdentityCredentialOptions>? configure = null) =>
        AcquireAsync(
            Credential(id, configure), new Acquisition(new TokenRequest(scope)) { TimeProvider = Clock, HasAlternatives = inChain });

    /// <summary>The same with any credential.</summary>
    public Task<TokenResult> AcquireAsync(Credential credential, Acquisition acquisition) =>
        Clock.RunUntilAsync(() => credential.AcquireAsync(acquisition, CancellationToken.None));
}

using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using WorkloadIdentity.Tool;

namespace WorkloadIdentity.Tests;

/// <summary>
/// The identity endpoint in front of a credential of the test. Requests go to it byte by byte, because no HTTP client would send most of
/// them.
/// </summary>
internal sealed class EndpointBench : IAsyncDisposable
{
    public const string Resource = "https://vault.azure.net";
    public const string ObjectId = "0d3c1a52-9c0f-4d0e-8a54-6f1f6f0d2b11";
    public const string ResourceId = "/subscriptions/s/resourcegroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/orders";

    private readonly StringWriter _error = new() { NewLine = "\n" };
    private readonly ServedIdentity _identity;

    private EndpointBench(Credential credential, IEnumerable<string> scopes, IReadOnlyList<string> secrets)
    {
        var environment = WorkloadEnvironment.FromValues(new Dictionary<string, string>());
        _identity = new ServedIdentity(new ChosenIdentity("the test", credential, environment, secrets), scopes, Clock);
        Audit = new AuditLog(new Surroundings
        {
            Environment = environment,
            Out = TextWriter.Null,
            Error = _error,
            IsErrorRedirected = true,
            TimeProvider = Clock,
        });
    }

    public FakeClock Clock { get; } = new();

    public AuditLog Audit { get; }

    public IdentityEndpointServer Server { get; private set; } = null!;

    /// <summary>What the developer reads.</summary>
    public string Error => _error.ToString();

    public string Authority => Server.Address.Authority;

    /// <summary>A token of an application, as Entra issues it to a user-assigned identity.</summary>
    public static string Token(string resource, JsonObject? claims = null) => ToolBench.Jwt(claims ?? new JsonObject
    {
        ["aud"] = resource,
        ["appid"] = EntraFake.ClientId,
        ["oid"] = ObjectId,
        ["xms_mirid"] = ResourceId,
        ["idtyp"] = "app",
        ["nbf"] = 1767225600,
    });

    public static ScriptedCredential Issuing(JsonObject? claims = null) => new("test", acquisition => Issued(acquisition, claims));

    public static TokenResult Issued(Acquisition acquisition, JsonObject? claims = null) => TokenResult.Issued(
        new AccessToken(Token(acquisition.Request.Scope[..^"/.default".Length], claims), new(2026, 1, 1, 1, 0, 0, TimeSpan.Zero)));

    public static Task<EndpointBench> StartAsync(Credential? credential = null, EndpointLimits? limits = null) =>
        StartAsync(credential ?? Issuing(), [$"{Resource}/.default"], limits);

    public static async Task<EndpointBench> StartAsync(
        Credential credential, IEnumerable<string> scopes, EndpointLimits? limits = null, IReadOnlyList<string>? secrets = null)
    {
        var bench = new EndpointBench(credential, scopes, secrets ?? []);
        bench.Server =
            await IdentityEndpointServer.StartAsync(
                bench._identity, bench.Audit, bench.Clock, limits ?? new EndpointLimits(), CancellationToken.None);
        return bench;
    }

    /// <summary>The query of a request that gets a token.</summary>
    public static string Query(string resource = Resource) => $"api-version=2019-08-01&resource={Uri.EscapeDataString(resource)}";

    /// <summary>Asks as libraries do.</summary>
    public Task<RawAnswer> GetAsync(string? query = null) =>
        SendAsync($"GET /msi/token?{query ?? Query()} HTTP/1.1", $"Host: {Authority}", $"X-IDENTITY-HEADER: {Server.Secret}");

    /// <summary>Sends a request line and headers, and reads the answer to the end of the connection or of the answer.</summary>
    public async Task<RawAnswer> SendAsync(params string[] lines)
    {
        using var client = await ConnectAsync();
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(string.Join("\r\n", lines) + "\r\n\r\n"));
        return await RawAnswer.ReadAsync(stream);
    }

    public async Task<TcpClient> ConnectAsync()
    {
        var client = new TcpClient(AddressFamily.InterNetwork);
        await client.ConnectAsync(IPAddress.Loopback, Server.Address.Port);
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        _identity.Dispose();
        await _error.DisposeAsync();
    }
}

/// <summary>An answer as it was on the wire. The status is 0 if the connection ended without one.</summary>
internal sealed record RawAnswer(int Status, string Head, string Body)
{
    public JsonNode Json => JsonNode.Parse(Body)!;

    public string Message => (string)Json["message"]!;

    public static async Task<RawAnswer> ReadAsync(Stream stream)
    {
        var text = new StringBuilder();
        var buffer = new byte[16 * 1024];
        try
        {
            while (!IsComplete(text.ToString()) && await stream.ReadAsync(buffer).AsTask().WaitAsync(Patience.Limit) is > 0 and var length)
            {
                text.Append(Encoding.UTF8.GetString(buffer, 0, length));
            }
        }
        catch (IOException)
        {
            // Reset by the server.
        }

        var parts = text.ToString().Split("\r\n\r\n", 2);
        return parts[0].StartsWith("HTTP/1.1 ", StringComparison.Ordinal)
            ? new RawAnswer(int.Parse(parts[0].AsSpan(9, 3), System.Globalization.CultureInfo.InvariantCulture), parts[0], parts[1])
            : new RawAnswer(0, "", "");
    }

    private static bool IsComplete(string text)
    {
        const string Name = "\r\nContent-Length: ";
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        var at = text.IndexOf(Name, StringComparison.OrdinalIgnoreCase);
        return end >= 0 && at >= 0 && at < end
            && Encoding.UTF8.GetByteCount(text.AsSpan(end + 4)) >= int.Parse(
                text[(at + Name.Length)..].Split("\r\n")[0], System.Globalization.CultureInfo.InvariantCulture);
    }
}

using System.Net.Http.Json;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace WorkloadIdentity.IntegrationTests;

/// <summary>One oidc-provider for all tests of the collection, with the clients of <see cref="RegisteredClients"/>.</summary>
public sealed class OpenIdServer : IAsyncLifetime
{
    public const string TenantId = "5f3b4c7e-0d52-4b4e-9a36-6a1d4c1f8e20";

    // A cold disk and a busy machine fit in; nothing waits this long when all is well.
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);

    private NodeProcess? _process;
    private Uri? _origin;

    /// <summary>Where the server listens; the issuer of its tokens.</summary>
    public Uri Origin => _origin ?? throw new InvalidOperationException("The server was not started.");

    public Uri TokenEndpoint => new(Origin, $"/{TenantId}/oauth2/v2.0/token");

    /// <summary>A plain client, for requests made by hand.</summary>
    public HttpClient Http { get; } = new(new SocketsHttpHandler { UseProxy = false });

    internal RegisteredClients Clients { get; } = new();

    public async Task InitializeAsync()
    {
        if (Node.SkipReason is not null)
        {
            return;
        }

        var node = Node.Executable
            ?? throw new InvalidOperationException(
                "Node.js is not on the PATH. With CI=true the integration tests are not skipped: install Node.js 20 or later.");
        var folder =
            typeof(OpenIdServer).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
                .Single(data => data.Key == "OpenIdServerFolder").Value!;
        await NodePackages.InstallAsync(folder);

        using var patience = new CancellationTokenSource(StartLimit, TimeProvider.System);
        _process = NodeProcess.Start(node, folder, "server.js");
        var settings = new JsonObject { ["tenant"] = TenantId, ["clients"] = Clients.ToMetadata() };
        await _process.SendLineAsync(settings.ToJsonString(), patience.Token);
        var ready = await _process.ReadLineAsync(line => line.StartsWith("{\"port\":", StringComparison.Ordinal), patience.Token);
        _origin = new Uri($"http://127.0.0.1:{JsonNode.Parse(ready)!["port"]!.GetValue<int>()}");
    }

    public async Task DisposeAsync()
    {
        Http.Dispose();
        Clients.Dispose();
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }
    }

    /// <summary>What the server counted: the token requests of one client, in order.</summary>
    internal async Task<IReadOnlyList<TokenRequestSeen>> TokenRequestsOfAsync(string clientId)
    {
        var journal = await Http.GetFromJsonAsync<TokenRequestSeen[]>(new Uri(Origin, "/journal"), JsonSerializerOptions.Web);
        return [.. journal!.Where(entry => entry.ClientId == clientId)];
    }
}

/// <summary>A token request as the server answered it: <paramref name="Error"/> is null when a token was issued.</summary>
internal sealed record TokenRequestSeen(string? ClientId, int Status, string? Error);

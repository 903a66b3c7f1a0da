using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Graph;
using Microsoft.Kiota.Abstractions.Authentication;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.IntegrationTests;

/// <summary>Microsoft's own client of Graph, and plain requests, against one emulated tenant.</summary>
public sealed class OfficialClient : IAsyncLifetime
{
    public const int ServicePrincipals = 1_100;

    public EntraEmulator Entra { get; private set; } = null!;

    public EmulatedApi Api { get; private set; } = null!;

    public EmulatedApplication Auditor { get; private set; } = null!;

    public string Secret { get; private set; } = "";

    public GraphServiceClient Graph { get; private set; } = null!;

    internal HttpClient Http { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Entra = await EntraEmulator.StartAsync();
        Api = Entra.AddGraph(new EmulatedGraphOptions { ServicePrincipals = ServicePrincipals, EnforcesLimits = false });
        Auditor = Entra.AddApplication();
        Secret = Auditor.AddSecret();
        foreach (var permission in EmulatedGraphOptions.ReadPermissions)
        {
            Auditor.AssignRole(Api, permission);
        }

        Http = new HttpClient(new ToEmulator(Api.Url));
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await TokenAsync(Auditor, Secret));
        Graph = new GraphServiceClient(Http, new AnonymousAuthenticationProvider());
    }

    public async Task DisposeAsync()
    {
        Graph.Dispose();
        Http.Dispose();
        await Entra.DisposeAsync();
    }

    /// <summary>A client of an application that holds nothing.</summary>
    internal async Task<GraphServiceClient> WithoutPermissionsAsync()
    {
        var application = Entra.AddApplication();
        var http = new HttpClient(new ToEmulator(Api.Url));
        var token = await TokenAsync(application, application.AddSecret());
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return new GraphServiceClient(http, new AnonymousAuthenticationProvider());
    }

    /// <summary>All rows of a list, read with plain requests.</summary>
    internal async Task<IReadOnlyList<JsonElement>> RowsAsync(string path)
    {
        var rows = new List<JsonElement>();
        for (var next = new Uri(Api.Url, path); next is not null;)
        {
            using var page = JsonDocument.Parse(await Http.GetByteArrayAsync(next));
            rows.AddRange(page.RootElement.GetProperty("value").EnumerateArray().Select(row => row.Clone()));
            next = page.RootElement.TryGetProperty("@odata.nextLink", out var link) ? new Uri(link.GetString()!) : null;
        }

        return rows;
    }

    private async Task<string> TokenAsync(EmulatedApplication application, string secret)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var answer = await http.PostAsync(Entra.Tenant.TokenEndpoint, new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials",
            ["client_id"] = application.ClientId,
            ["client_secret"] = secret,
            ["scope"] = Api.Scope,
        }));
        using var body = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync());
        return body.RootElement.GetProperty("access_token").GetString()!;
    }

    /// <summary>
    /// The network: what is addressed to graph.microsoft.com arrives at the emulator. The client makes the addresses in a batch by cutting
    /// off what stands in front of them there.
    /// </summary>
    private sealed class ToEmulator(Uri address) : DelegatingHandler(new SocketsHttpHandler { UseProxy = false })
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.RequestUri!.Host == "graph.microsoft.com")
            {
                request.RequestUri = new Uri(address, request.RequestUri.PathAndQuery.TrimStart('/'));
            }

            return base.SendAsync(request, cancellationToken);
        }
    }
}

using System.Net;
using System.Text.Json;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Tests;

/// <summary>An application that calls the emulated Graph with plain requests, with no code of a client.</summary>
internal sealed class GraphTestCaller : IAsyncDisposable
{
    private readonly EmulatedApplication _application;
    private string? _token;

    private GraphTestCaller(EntraEmulator entra, EmulatedApi graph, EmulatedApplication application, EmulatedGraphOptions options)
    {
        (Entra, Graph, Options) = (entra, graph, options);
        _application = application;
    }

    public EntraEmulator Entra { get; }

    public EmulatedApi Graph { get; }

    public EmulatedGraphOptions Options { get; }

    /// <summary>The application that calls.</summary>
    public EmulatedApplication Application => _application;

    /// <param name="servicePrincipals">How many there are.</param>
    /// <param name="clock">The emulator's clock.</param>
    /// <param name="permissions">What the caller may do; every read permission when null.</param>
    /// <param name="seed">The seed of the directory.</param>
    public static async Task<GraphTestCaller> StartAsync(
        int servicePrincipals, TimeProvider? clock = null, IReadOnlyList<string>? permissions = null, int seed = 1)
    {
        var entra = await EntraEmulator.StartAsync(new() { TimeProvider = clock ?? TimeProvider.System, TenantId = TenantId });
        var options = new EmulatedGraphOptions { ServicePrincipals = servicePrincipals, Seed = seed, EnforcesLimits = clock is not null };
        var graph = entra.AddGraph(options);
        var application = entra.AddApplication();
        application.AddSecret("s");
        foreach (var permission in permissions ?? EmulatedGraphOptions.ReadPermissions)
        {
            application.AssignRole(graph, permission);
        }

        return new(entra, graph, application, options);
    }

    public const string TenantId = "72f988bf-86f1-41af-91ab-2d7cd011db47";

    public void Grant(string permission)
    {
        _application.AssignRole(Graph, permission);
        _token = null;
    }

    public async Task<string> TokenAsync(string? claims = null) =>
        (await Entra.PostAsync(_application.Form(("client_secret", "s"), ("scope", Graph.Scope), ("claims", claims)))).Token;

    public Task<EmulatorReply> GetAsync(string pathOrLink, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Get, pathOrLink, null, headers);

    public async Task<EmulatorReply> SendAsync(
        HttpMethod method, string pathOrLink, string? body, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, new Uri(Graph.Url, pathOrLink))
        {
            Headers = { Authorization = new("Bearer", _token ??= await TokenAsync()) },
            Content = body is null ? null : new StringContent(body, System.Text.Encoding.UTF8, "application/json"),
        };
        foreach (var (name, value) in headers)
        {
            Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        }

        return await Entra.SendAsync(request);
    }

    /// <summary>All rows of a list, page by page.</summary>
    public async Task<(IReadOnlyList<JsonElement> Rows, int Requests)> AllAsync(string path, params (string Name, string Value)[] headers)
    {
        var rows = new List<JsonElement>();
        var requests = 0;
        for (var next = path; next is not null; requests++)
        {
            var reply = await GetAsync(next, headers);
            Assert.True(reply.Status == (int)HttpStatusCode.OK, $"{next}: {reply.Status} {reply.Body}");
            rows.AddRange(reply.Json.GetProperty("value").EnumerateArray());
            next = reply.Json.TryGetProperty("@odata.nextLink", out var link) ? link.GetString() : null;
        }

        return (rows, requests);
    }

    public static (int, string?) Refusal(EmulatorReply reply) =>
        (reply.Status, reply.Json.GetProperty("error").GetProperty("code").GetString());

    public ValueTask DisposeAsync() => Entra.DisposeAsync();
}

using System.Net.Http.Json;
using System.Text.Json.Nodes;
using WorkloadIdentity;
using WorkloadIdentity.Testing;

namespace EveryCloudSample;

/// <summary>Microsoft Graph, as the emulator has it.</summary>
internal sealed class GraphPlace : Place
{
    private readonly EmulatedApi _graph;
    private readonly string _clientId;

    public GraphPlace(EntraEmulator entra)
    {
        _graph = entra.AddGraph(new EmulatedGraphOptions { ServicePrincipals = 20 });
        _clientId = entra.Application.ClientId;
        entra.Application.AssignRole(_graph, "Application.Read.All");
    }

    public override string Name => "Microsoft Graph";

    public override async Task<(string Read, string Who)> ReadAsync(ITokenAcquirer acquirer)
    {
        var origin = new Uri(_graph.Url.GetLeftPart(UriPartial.Authority));
        using var client = new HttpClient(new AccessTokenHandler(
            acquirer, new TokenRequest(_graph.Scope), new AccessTokenHandlerOptions { AllowedOrigins = { origin } })
        {
            InnerHandler = new SocketsHttpHandler(),
        });
        var own = await client.GetFromJsonAsync<JsonObject>(
            $"{_graph.Url.AbsoluteUri.TrimEnd('/')}/v1.0/servicePrincipals(appId='{_clientId}')");
        return ((string?)own?["displayName"] ?? "", $"service principal {own?["id"]}, by its access token");
    }
}

using System.Net;
using System.Text;

namespace HostStart;

/// <summary>
/// Entra and an API without a network, in front of the real transport that every such program has: what differs between the programs is
/// the library alone.
/// </summary>
internal sealed class LocalNetwork() : DelegatingHandler(new SocketsHttpHandler())
{
    public const string TenantId = "11111111-2222-4333-8444-555555555555";
    public const string ClientId = "66666666-7777-4888-8999-000000000000";
    public const string Secret = "a-secret-of-no-use";
    public const string Scope = "api://orders/.default";
    public static readonly string Token = new('x', 1_460);

    private const string Entra = "login.microsoftonline.com";

    public static Uri Api { get; } = new("https://orders.example/");

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var path = request.RequestUri!.AbsolutePath;
        return request.RequestUri.Host switch
        {
            Entra when request.Method == HttpMethod.Post => Answer(
                request, $$"""{"token_type":"Bearer","expires_in":86399,"ext_expires_in":86399,"access_token":"{{Token}}"}"""),
            Entra when path.EndsWith("/discovery/instance", StringComparison.Ordinal) => Answer(
                request,
                $$"""
                {"tenant_discovery_endpoint":"https://{{Entra}}/{{TenantId}}/v2.0/.well-known/openid-configuration","api-version":"1.1",
                "metadata":[{"preferred_network":"{{Entra}}","preferred_cache":"login.windows.net","aliases":["{{Entra}}"]}]}
                """),
            "orders.example" when request.Headers.Authorization is { Scheme: "Bearer", Parameter: { } token } && token == Token =>
                Answer(request, """{"orders":[]}"""),
            "orders.example" => Task.FromResult(new HttpResponseMessage(HttpStatusCode.Unauthorized) { RequestMessage = request }),
            _ => base.SendAsync(request, cancellationToken),
        };
    }

    private static Task<HttpResponseMessage> Answer(HttpRequestMessage request, string json) => Task.FromResult(
        new HttpResponseMessage(HttpStatusCode.OK)
        {
            RequestMessage = request,
            Content = new StringContent(json, Encoding.UTF8, "application/json"),
        });
}

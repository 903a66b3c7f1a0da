using System.Net;
using System.Text;

namespace Startup;

/// <summary>
/// A token endpoint or a metadata endpoint without a network, in front of the real transport that every such program has: what differs
/// between the programs is the library alone.
/// </summary>
internal sealed class LocalAnswer() : DelegatingHandler(new SocketsHttpHandler())
{
    public const string TenantId = "11111111-2222-4333-8444-555555555555";
    public const string ClientId = "66666666-7777-4888-8999-000000000000";
    public const string Secret = "a-secret-of-no-use";
    public const string Scope = "https://graph.microsoft.com/.default";
    public const string Resource = "https://graph.microsoft.com";

    public static HttpClient NewClient() => new(new LocalAnswer());

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.RequestUri?.Host is not ("login.microsoftonline.com" or "169.254.169.254"))
        {
            return base.SendAsync(request, cancellationToken);
        }

        var end = TimeProvider.System.GetUtcNow().AddDays(1).ToUnixTimeSeconds();
        var body = request.Method == HttpMethod.Post
            ? $$"""{"token_type":"Bearer","expires_in":86399,"ext_expires_in":86399,"access_token":"{{new string('x', 1_460)}}"}"""
            : $$"""
              {"access_token":"{{new string('x', 1_460)}}","client_id":"{{ClientId}}","expires_in":"86399","expires_on":"{{end}}",
              "ext_expires_in":"86399","not_before":"{{end - 86399}}","resource":"{{Resource}}","token_type":"Bearer"}
              """;
        return Task.FromResult(new HttpResponseMessage(
            HttpStatusCode.OK)
        { RequestMessage = request, Content = new StringContent(body, Encoding.UTF8, "application/json") });
    }
}

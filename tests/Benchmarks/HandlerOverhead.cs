using System.Net;
using System.Net.Http.Headers;
using System.Text;
using WorkloadIdentity;

namespace Benchmarks;

/// <summary>A GET through the handler against one that sets a constant header: to an API in memory, and to one on a real socket.</summary>
internal static class HandlerOverhead
{
    private static readonly byte[] Body = Encoding.UTF8.GetBytes($$"""{"displayName":"{{new string('x', 1_000)}}"}""");

    public static async Task<string> RunAsync()
    {
        using var server = LoopbackApi.Start(Body);
        var remote = new Uri("https://graph.microsoft.com/v1.0/me");
        return string.Join(
            '\n',
            "| API | constant header | ours | added | bytes, constant | bytes added |",
            "|---|---|---|---|---|---|",
            await RowAsync("in memory, empty answer", () => new Api([]), remote),
            await RowAsync($"in memory, answer of {Body.Length:N0} bytes", () => new Api(Body), remote),
            await RowAsync($"in memory, another Uri each time", () => new Api(Body), remote, fresh: true),
            await RowAsync("in memory, answered later", () => new Yielding { InnerHandler = new Api([]) }, remote),
            await RowAsync($"a real socket, answer of {Body.Length:N0} bytes", () => new SocketsHttpHandler { UseProxy = false }, server.Address));
    }

    private static async Task<string> RowAsync(string api, Func<HttpMessageHandler> transport, Uri address, bool fresh = false)
    {
        var options = new AccessTokenHandlerOptions { AllowedOrigins = { new Uri(address.GetLeftPart(UriPartial.Authority)) } };
        using var constant = new HttpClient(new ConstantHeader { InnerHandler = transport() });
        using var ours = new HttpClient(new AccessTokenHandler(
            Peers.Ours(new InMemoryEntra()), new TokenRequest(InMemoryEntra.Scope) { TenantId = InMemoryEntra.TenantId }, options) { InnerHandler = transport() });
        var result = await Paired.MeasureAsync(() => GetAsync(constant, fresh ? new Uri(address.OriginalString) : address), () => GetAsync(ours, fresh ? new Uri(address.OriginalString) : address));
        return FormattableString.Invariant(
            $"| {api} | {result.Floor * 1e9:N0} ns | {result.Ratio:0.000} × | {result.Added * 1e9:N0} ns | {result.FloorBytes:N0} | {result.AddedBytes:N0} |");
    }

    private sealed class Yielding : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            await Task.Yield();
            return await base.SendAsync(request, cancellationToken);
        }
    }

    private static async Task GetAsync(HttpClient client, Uri address)
    {
        using var response = await client.GetAsync(address);
    }

    private sealed class Api(byte[] body) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { RequestMessage = request, Content = body.Length == 0 ? null : new StreamContent(new MemoryStream(body)) });
    }

    private sealed class ConstantHeader : DelegatingHandler
    {
        private static readonly AuthenticationHeaderValue Header = new("Bearer", new string('x', 1_460));

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.Authorization = Header;
            return await base.SendAsync(request, cancellationToken);
        }
    }
}

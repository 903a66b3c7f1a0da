using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using WorkloadIdentity;

namespace Benchmarks;

/// <summary>A GET through the handler against one that sets a constant header: to an API in memory, and to one on a real socket.</summary>
internal static class HandlerOverhead
{
    private static readonly byte[] Body = Encoding.UTF8.GetBytes($$"""{"displayName":"{{new string('x', 1_000)}}"}""");

    public static async Task<Finding> RunAsync()
    {
        using var server = LoopbackApi.Start(Body);
        var remote = new Uri("https://graph.microsoft.com/v1.0/me");
        Row[] rows =
        [
            await MeasureAsync("in memory", () => new Api([]), () => remote),
            await MeasureAsync($"in memory, answering {Body.Length:N0} bytes", () => new Api(Body), () => remote),
            await MeasureAsync("in memory, a new address for each message", () => new Api([]), () => new Uri(remote.OriginalString)),
            await MeasureAsync("in memory, answering later", () => new Later { InnerHandler = new Api([]) }, () => remote),
            await MeasureAsync(
                $"on a real socket, answering {Body.Length:N0} bytes",
                () => new SocketsHttpHandler { UseProxy = false },
                () => server.Address),
            await MeasureAsync(
                $"on a real socket, answering {Body.Length:N0} bytes, a new address for each message",
                () => new SocketsHttpHandler { UseProxy = false },
                () => new Uri(server.Address.OriginalString)),
        ];
        var (memory, socket, newAddress) = (rows[0].Result, rows[^2].Result, rows[^1].Result);
        return new Finding(
            "A GET through the handler",
            "`HttpClient.GetAsync` through `AccessTokenHandler` with a cached token, compared with a handler that sets a constant header "
                + "of the same length. The two alternate every few milliseconds. The ratio is the median of 101 rounds.",
            [
                "| API | constant header | through ours | added | bytes, constant header | bytes added |",
                "|---|---|---|---|---|---|",
                .. rows.Select(row => string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {row.Api} | {row.Result.Floor * 1e9:N0} ns | {row.Result.Ratio:0.000} × | {row.Result.Added * 1e9:N0} ns | "
                        + $"{row.Result.FloorBytes:N0} | {row.Result.AddedBytes:N0} |")),
            ],
            new Goal($"in memory at most 1.25 times a constant header: {memory.Ratio:0.000}", memory.Ratio <= 1.25),
            new Goal($"in memory at most 1,024 bytes more: {memory.AddedBytes:N0}", memory.AddedBytes <= 1_024),
            new Goal(
                $"on a real socket at most 1.02 times a constant header, no more bytes: {socket.Ratio:0.000}, {socket.AddedBytes:N0} bytes",
                socket.Ratio <= 1.02 && socket.AddedBytes <= 0),
            new Goal($"the same with a new address for each message: {newAddress.Ratio:0.000}", newAddress.Ratio <= 1.02))
        {
            InTheWay = "the handler makes a message of its own for each request, with an option that says which token it carries "
                + "([ADR 0008](decisions/0008-a-message-of-its-own-for-each-pass.md)).",
        };
    }

    private static async Task<Row> MeasureAsync(string api, Func<HttpMessageHandler> transport, Func<Uri> address)
    {
        var options = new AccessTokenHandlerOptions { AllowedOrigins = { new Uri(address().GetLeftPart(UriPartial.Authority)) } };
        using var constant = new HttpClient(new ConstantHeader { InnerHandler = transport() });
        var request = new TokenRequest(InMemoryEntra.Scope) { TenantId = InMemoryEntra.TenantId };
        var entra = new InMemoryEntra();
        using var ours = new HttpClient(new AccessTokenHandler(Peers.Ours(entra), request, options) { InnerHandler = transport() });
        var result = await Paired.MeasureAsync(() => GetAsync(constant, address()), () => GetAsync(ours, address()));
        entra.RequireRequests(1);
        return new Row(api, result);
    }

    private sealed record Row(string Api, Paired.Result Result);

    private sealed class Later : DelegatingHandler
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
            Task.FromResult(new HttpResponseMessage(
                HttpStatusCode.OK)
            {
                RequestMessage = request,
                Content = body.Length == 0
                    ? null
                    : new StreamContent(new MemoryStream(body))
            });
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

using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace WorkloadIdentity.Tests;

/// <summary>
/// What the handler must leave as it is: protocol version, options, bodies that stream. On real connections where that matters.
/// </summary>
public sealed class TransportTests
{
    private const string Scope = "api://orders/.default";
    private static readonly HttpRequestOptionsKey<string> Option = new("option");

    private readonly FakeTokens _tokens = new();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Version_policy_headers_and_options_are_the_messages_own_on_both_sends(bool isAsync)
    {
        var seen = new List<(Version, HttpVersionPolicy, string?, string)>();
        using var client =
            new HttpMessageInvoker(
                new AccessTokenHandler(_tokens, new TokenRequest("https://api.contoso.com/.default")) { InnerHandler = new Witness(seen) });
        var message =
            new HttpRequestMessage(
                HttpMethod.Get,
                "https://api.contoso.com/")
            { Version = HttpVersion.Version30, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        message.Options.Set(Option, "kept");
        message.Headers.TryAddWithoutValidation("X-Own", "kept");

        using var response =
            isAsync ? await client.SendAsync(message, CancellationToken.None) : client.Send(message, CancellationToken.None);

        Assert.Equal(Enumerable.Repeat((HttpVersion.Version30, HttpVersionPolicy.RequestVersionExact, (string?)"kept", "kept"), 2), seen);
    }

    [Fact]
    public async Task A_body_streams_both_ways_over_http2_while_the_request_is_under_way()
    {
        await using var api = await EchoAsync(HttpProtocols.Http2);
        using var client = Client(api);
        var upload = new Upload();
        var message =
            new HttpRequestMessage(
                HttpMethod.Post,
                "/")
            { Content = upload, Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };

        // Neither side has sent its last byte when the other's first arrives: a handler that buffered either would wait for ever.
        await upload.Pipe.WriteAsync("one"u8.ToArray());
        using var response = await client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead).WaitAsync(Patience.Limit);
        await using var answer = await response.Content.ReadAsStreamAsync();
        var buffer = new byte[3];
        await answer.ReadExactlyAsync(buffer).AsTask().WaitAsync(Patience.Limit);
        Assert.Equal("one"u8.ToArray(), buffer);
        await upload.Pipe.WriteAsync("two"u8.ToArray());
        await answer.ReadExactlyAsync(buffer).AsTask().WaitAsync(Patience.Limit);
        Assert.Equal("two"u8.ToArray(), buffer);
        upload.Pipe.Complete();
        Assert.Equal(0, await answer.ReadAsync(buffer).AsTask().WaitAsync(Patience.Limit));
        Assert.Equal(HttpVersion.Version20, response.Version);
    }

    [Fact]
    public async Task A_stream_that_cannot_be_read_twice_gets_the_apis_401_and_is_sent_once()
    {
        await using var api = await EchoAsync(HttpProtocols.Http2, rejects: true);
        using var client = Client(api);
        var upload = new Upload();
        await upload.Pipe.WriteAsync("one"u8.ToArray());
        upload.Pipe.Complete();

        using var response =
            await client.SendAsync(new HttpRequestMessage(
                HttpMethod.Post,
                "/")
            { Content = upload, Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact });

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal(1, upload.Sends);
    }

    private HttpClient Client(WebApplication api)
    {
        var address = new Uri(api.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        var options = new AccessTokenHandlerOptions();
        options.AllowedOrigins.Add(address);
        return new HttpClient(new AccessTokenHandler(_tokens, new TokenRequest(Scope), options)
        {
            InnerHandler = new SocketsHttpHandler { UseProxy = false },
        })
        {
            BaseAddress = address,
        };
    }

    private static async Task<WebApplication> EchoAsync(HttpProtocols protocols, bool rejects = false)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore()
            .ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = protocols));
        var app = builder.Build();
        app.Run(async context =>
        {
            if (rejects)
            {
                await context.Request.Body.CopyToAsync(Stream.Null);
                context.Response.StatusCode = 401;
                context.Response.Headers.WWWAuthenticate = """Bearer error="invalid_token" """;
                return;
            }

            Assert.StartsWith("Bearer t", context.Request.Headers.Authorization.ToString(), StringComparison.Ordinal);
            await context.Response.StartAsync();
            var buffer = new byte[16];
            for (int read; (read = await context.Request.Body.ReadAsync(buffer)) > 0;)
            {
                await context.Response.Body.WriteAsync(buffer.AsMemory(0, read));
                await context.Response.Body.FlushAsync();
            }
        });
        await app.StartAsync();
        return app;
    }

    private sealed class Witness(List<(Version, HttpVersionPolicy, string?, string)> seen) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(Send(request, cancellationToken));

        protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Options.TryGetValue(Option, out var option);
            seen.Add((request.Version, request.VersionPolicy, option, request.Headers.NonValidated["X-Own"].ToString()));
            return FakeServer.Response(
                seen.Count == 1 ? HttpStatusCode.Unauthorized : HttpStatusCode.OK,
                headers: ("WWW-Authenticate", """Bearer error="invalid_token" """));
        }
    }

    /// <summary>Content that is written while it is sent.</summary>
    private sealed class Upload : HttpContent
    {
        public Pipe Pipe { get; } = new();

        public int Sends { get; private set; }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            Sends++;
            await foreach (var part in Pipe.ReadAllAsync())
            {
                await stream.WriteAsync(part);
                await stream.FlushAsync();
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }

    private sealed class Pipe
    {
        private readonly System.Threading.Channels.Channel<byte[]> _parts = System.Threading.Channels.Channel.CreateUnbounded<byte[]>();

        public ValueTask WriteAsync(byte[] part) => _parts.Writer.WriteAsync(part);

        public void Complete() => _parts.Writer.Complete();

        public IAsyncEnumerable<byte[]> ReadAllAsync() => _parts.Reader.ReadAllAsync();
    }
}

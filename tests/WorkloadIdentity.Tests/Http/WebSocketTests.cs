using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace WorkloadIdentity.Tests;

/// <summary>A real WebSocket opens through the token handler: its origin is that of the HTTP request it begins with.</summary>
public sealed class WebSocketTests
{
    private const string Scope = "api://orders/.default";

    private readonly FakeTokens _tokens = new();
    private readonly ConcurrentQueue<string?> _received = new();

    public static TheoryData<string, string, bool, bool> Listed => new()
    {
        { "ws", "http", false, false },
        { "ws", "ws", false, false },
        { "ws", "http", true, false },
        { "wss", "https", false, false },
        { "wss", "wss", false, false },
        { "wss", "https", true, false },
        { "ws", "http", false, true },
        { "wss", "wss", false, true },
    };

    /// <param name="scheme">Of the address.</param>
    /// <param name="listed">The scheme that the origin is listed with.</param>
    /// <param name="isHttp2">Whether the socket is a stream of an HTTP/2 connection (RFC 8441).</param>
    /// <param name="isRejected">Whether the first token is rejected.</param>
    [Theory]
    [MemberData(nameof(Listed))]
    public async Task A_socket_opens_with_a_token_and_echoes(string scheme, string listed, bool isHttp2, bool isRejected)
    {
        await using var api = await EchoAsync(scheme == "wss", isHttp2, isRejected);
        var address = new UriBuilder(AddressOf(api)) { Scheme = scheme }.Uri;
        using var invoker = Invoker(new UriBuilder(address) { Scheme = listed }.Uri);

        await EchoThroughAsync(invoker, address, isHttp2);

        Assert.Equal(isRejected ? ["Bearer t1", "Bearer t2"] : ["Bearer t1"], _received);
    }

    [Fact]
    public async Task A_socket_opens_through_a_factory_made_client_to_its_base_address()
    {
        await using var api = await EchoAsync(isSecure: false, isHttp2: false, rejectsFirst: false);
        var services = new ServiceCollection();
        services.AddWorkloadIdentity(_tokens);
        services.AddHttpClient("orders", client => client.BaseAddress = AddressOf(api))
            .UseSocketsHttpHandler((handler, _) => handler.UseProxy = false)
            .AddHttpMessageHandler(() => new Passing())
            .AddAccessToken(Scope);
        await using var provider = services.BuildServiceProvider();
        using var client = provider.GetRequiredService<IHttpClientFactory>().CreateClient("orders");

        await EchoThroughAsync(client, new UriBuilder(AddressOf(api)) { Scheme = "ws" }.Uri, isHttp2: false);

        Assert.Equal(["Bearer t1"], _received);
    }

    [Theory]
    [InlineData("ws://localhost:5000/x", "http://127.0.0.1:5000")]
    [InlineData("wss://api.contoso.com/x", "https://api.contoso.com")]
    public async Task A_socket_to_another_origin_is_refused_with_advice_that_helps(string address, string origin)
    {
        using var invoker = Invoker(new Uri("https://orders.contoso.com"));
        using var socket = new ClientWebSocket();

        var connecting = socket.ConnectAsync(new Uri(address), invoker, CancellationToken.None);
        var exception = await Assert.ThrowsAnyAsync<Exception>(() => connecting);

        var refusal = Assert.IsType<TokenAcquisitionException>(exception as TokenAcquisitionException ?? exception.InnerException);
        Assert.Contains($"AllowedOrigins.Add(new Uri(\"{origin}\"))", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(_tokens.Requests);
    }

    private static async Task EchoThroughAsync(HttpMessageInvoker invoker, Uri address, bool isHttp2)
    {
        using var socket = new ClientWebSocket();
        socket.Options.HttpVersion = isHttp2 ? HttpVersion.Version20 : HttpVersion.Version11;
        socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;

        await socket.ConnectAsync(address, invoker, CancellationToken.None).WaitAsync(Patience.Limit);
        await socket.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        var buffer = new byte[16];
        var answer = await socket.ReceiveAsync(buffer, CancellationToken.None).WaitAsync(Patience.Limit);

        Assert.Equal("hello"u8.ToArray(), buffer[..answer.Count]);
    }

    private HttpMessageInvoker Invoker(Uri origin)
    {
        var options = new AccessTokenHandlerOptions { AllowedOrigins = { origin } };
        return new HttpMessageInvoker(new AccessTokenHandler(_tokens, new TokenRequest(Scope), options)
        {
            InnerHandler = new SocketsHttpHandler
            {
                UseProxy = false,
                SslOptions = new SslClientAuthenticationOptions
                {
                    RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                        TestCertificate.One.RawData.SequenceEqual(certificate!.GetRawCertData()),
                },
            },
        });
    }

    private async Task<WebApplication> EchoAsync(bool isSecure, bool isHttp2, bool rejectsFirst)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = isHttp2 ? HttpProtocols.Http2 : HttpProtocols.Http1;
            if (isSecure)
            {
                listen.UseHttps(TestCertificate.One);
            }
        }));
        var app = builder.Build();
        app.UseWebSockets();
        app.Run(context => AnswerAsync(context, rejectsFirst));
        await app.StartAsync();
        return app;
    }

    private async Task AnswerAsync(HttpContext context, bool rejectsFirst)
    {
        _received.Enqueue(context.Request.Headers.Authorization);
        if (rejectsFirst && _received.Count == 1)
        {
            context.Response.StatusCode = 401;
            context.Response.Headers.WWWAuthenticate = """Bearer error="invalid_token" """;
            return;
        }

        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var buffer = new byte[16];
        var received = await socket.ReceiveAsync(buffer, context.RequestAborted);
        await socket.SendAsync(buffer.AsMemory(0, received.Count), WebSocketMessageType.Text, endOfMessage: true, context.RequestAborted);
    }

    private static Uri AddressOf(WebApplication api) =>
        new(api.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    private sealed class Passing : DelegatingHandler;
}

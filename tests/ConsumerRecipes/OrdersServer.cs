using System.Collections.Concurrent;
using System.Net;
using System.Net.WebSockets;
using System.Security.Claims;
using System.Text;
using Grpc.Core;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using WorkloadIdentity.Testing;

namespace ConsumerRecipes;

/// <summary>
/// A service that gives orders over gRPC, SignalR and REST, to callers whose token ASP.NET Core's own validation accepts. It can reject one
/// request as if the token had been revoked.
/// </summary>
internal sealed class OrdersServer : IAsyncDisposable
{
    /// <summary>The order whose stream is rejected after its first message.</summary>
    public const int RejectedMidway = 13;

    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, bool> _seen = new();
    private readonly ConcurrentDictionary<string, bool> _revoked = new();
    private int _rejections;

    private OrdersServer(WebApplication app) => _app = app;

    /// <summary>For HTTP/1.1.</summary>
    public Uri Address => new(_app.Urls.First());

    /// <summary>For HTTP/2 without TLS, which gRPC speaks here.</summary>
    public Uri GrpcAddress => new(_app.Urls.Last());

    public static async Task<OrdersServer> StartAsync(EntraEmulator entra)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(server =>
        {
            server.Listen(IPAddress.Loopback, 0, endpoint => endpoint.Protocols = HttpProtocols.Http1);
            server.Listen(IPAddress.Loopback, 0, endpoint => endpoint.Protocols = HttpProtocols.Http2);
        });
        builder.Services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer(options =>
        {
            options.Authority = $"{entra.AuthorityHost}{entra.Application.TenantId}/v2.0";
            options.RequireHttpsMetadata = false;
            options.Audience = "api://orders";
            options.MapInboundClaims = false;
        });
        builder.Services.AddAuthorization();
        builder.Services.AddSingleton<CallRejections>().AddGrpc();
        builder.Services.AddSignalR();

        var server = new OrdersServer(builder.Build());
        server._app.UseWebSockets();
        server._app.Use(server.RejectAsync);
        server._app.UseAuthentication();
        server._app.UseAuthorization();
        server._app.MapGrpcService<GrpcOrders>();
        server._app.MapHub<OrdersHub>("/hub");
        server._app.MapGet("/orders/{id:int}", (int id, ClaimsPrincipal caller) => new OrderView(id, NameOf(caller)))
            .RequireAuthorization();
        server._app.Map("/changes", ChangesAsync).RequireAuthorization();
        await server._app.StartAsync();
        return server;
    }

    /// <summary>The next request gets a 401 with a challenge, as ASP.NET Core's own authentication answers.</summary>
    public void RejectNext() => _rejections = 1;

    /// <summary>The next gRPC call gets the status Unauthenticated, as other gRPC servers answer.</summary>
    public void RejectNextCall() => _app.Services.GetRequiredService<CallRejections>().Next = 1;

    /// <summary>Rejects every token that was shown until now, from now on.</summary>
    public void Revoke()
    {
        foreach (var token in _seen.Keys)
        {
            _revoked[token] = true;
        }
    }

    /// <summary>The <c>Authorization</c> headers that arrived.</summary>
    public IEnumerable<string> Seen => _seen.Keys;

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static string NameOf(ClaimsPrincipal caller) => caller.FindFirstValue("appid")!;

    private Task RejectAsync(HttpContext context, RequestDelegate next)
    {
        var shown = context.Request.Headers.Authorization.ToString();
        if (!_revoked.ContainsKey(shown) && Interlocked.Exchange(ref _rejections, 0) == 0)
        {
            _seen[shown] = true;
            return next(context);
        }

        context.Response.StatusCode = 401;
        context.Response.Headers.WWWAuthenticate = "Bearer error=\"invalid_token\"";
        return Task.CompletedTask;
    }

    /// <summary>Tells over a web socket who opened it.</summary>
    private static async Task ChangesAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        await socket.SendAsync(
            Encoding.UTF8.GetBytes(NameOf(context.User)), WebSocketMessageType.Text, endOfMessage: true, context.RequestAborted);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, statusDescription: null, context.RequestAborted);
    }

    private sealed class CallRejections
    {
        public int Next;

        public void ThrowIfRejected()
        {
            if (Interlocked.Exchange(ref Next, 0) != 0)
            {
                throw new RpcException(new Status(StatusCode.Unauthenticated, "The token was revoked."));
            }
        }
    }

    [Authorize]
    private sealed class GrpcOrders(CallRejections rejections) : Orders.OrdersBase
    {
        public override Task<Order> Get(OrderRequest request, ServerCallContext context) => Task.FromResult(Order(request, context));

        public override async Task Watch(OrderRequest request, IServerStreamWriter<Order> responseStream, ServerCallContext context)
        {
            await responseStream.WriteAsync(Order(request, context));
            if (request.Id == RejectedMidway)
            {
                throw new RpcException(new Status(StatusCode.Unauthenticated, "The token was revoked."));
            }

            await responseStream.WriteAsync(Order(request, context));
        }

        public override async Task<Order> Place(IAsyncStreamReader<OrderRequest> requestStream, ServerCallContext context)
        {
            rejections.ThrowIfRejected();
            Order? last = null;
            await foreach (var request in requestStream.ReadAllAsync())
            {
                last = Order(request, context);
            }

            return last!;
        }

        public override async Task Track(
            IAsyncStreamReader<OrderRequest> requestStream, IServerStreamWriter<Order> responseStream, ServerCallContext context)
        {
            await foreach (var request in requestStream.ReadAllAsync())
            {
                await responseStream.WriteAsync(Order(request, context));
            }
        }

        private Order Order(OrderRequest request, ServerCallContext context)
        {
            rejections.ThrowIfRejected();
            return new Order { Id = request.Id, Caller = NameOf(context.GetHttpContext().User) };
        }
    }

    [Authorize]
    private sealed class OrdersHub : Hub
    {
        public OrderView Get(int id) => new(id, NameOf(Context.User!));
    }
}

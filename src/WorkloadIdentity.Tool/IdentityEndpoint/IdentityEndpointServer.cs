using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace WorkloadIdentity.Tool;

/// <summary>
/// The identity endpoint: HTTP/1.1 on 127.0.0.1 and a port that the system chooses. It is Kestrel without a host around it, so that no file
/// and no variable can add an address, a header or a log. <c>HttpListener</c> has no limit on connections and headers.
/// </summary>
internal sealed class IdentityEndpointServer : IHttpApplication<HttpContext>, IAsyncDisposable
{
    // 256 bits.
    private const int SecretBytes = 32;

    private readonly KestrelServer _server;
    private readonly ServedIdentity _identity;
    private readonly AuditLog _audit;
    private readonly TimeProvider _clock;
    private CallerCheck? _callers;
    private long _lastAsked;
    private int _asking;

    private IdentityEndpointServer(ServedIdentity identity, AuditLog audit, TimeProvider clock, EndpointLimits limits)
    {
        _identity = identity;
        _audit = audit;
        _clock = clock;
        _lastAsked = clock.GetTimestamp();
        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1);
        options.Limits.MaxConcurrentConnections = limits.Connections;
        options.Limits.RequestHeadersTimeout = limits.Headers;
        options.Limits.KeepAliveTimeout = limits.Silence;
        options.Limits.MaxRequestLineSize = limits.RequestLineBytes;
        options.Limits.MaxRequestHeadersTotalSize = limits.HeaderBytes;
        options.Limits.MaxRequestHeaderCount = limits.HeaderCount;
        options.Limits.MaxRequestBodySize = 0;
        _server = new KestrelServer(
            Options.Create(options),
            new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance),
            NullLoggerFactory.Instance);
    }

    /// <summary>The value of <c>IDENTITY_ENDPOINT</c>.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>
    /// The value of <c>IDENTITY_HEADER</c>, a new one at each start. It begins with a mark by which a nested endpoint is recognised.
    /// </summary>
    public string Secret { get; } = EndpointVariables.Mark + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));

    public static async Task<IdentityEndpointServer> StartAsync(
        ServedIdentity identity, AuditLog audit, TimeProvider clock, EndpointLimits limits, CancellationToken cancellationToken)
    {
        var server = new IdentityEndpointServer(identity, audit, clock, limits);
        await server._server.StartAsync(server, cancellationToken).ConfigureAwait(false);
        var bound = new Uri(server._server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single());
        server.Address = new Uri(bound, CallerCheck.Path);
        Volatile.Write(ref server._callers, new CallerCheck(bound.Authority, server.Secret));
        return server;
    }

    /// <summary>Ends when no caller with the secret has asked for this long.</summary>
    public async Task UntilIdleAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        while (limit - SinceAsked() is var left && left > TimeSpan.Zero)
        {
            await Task.Delay(left, _clock, cancellationToken).ConfigureAwait(false);
        }
    }

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public async Task ProcessRequestAsync(HttpContext context)
    {
        var refusal = Volatile.Read(ref _callers) is { } callers ? callers.Refuse(context.Request) : new(503, "The endpoint is starting.");
        if (refusal is not null)
        {
            // No second request of a stranger on this connection.
            context.Response.Headers.Connection = "close";
            await RefuseAsync(context, refusal).ConfigureAwait(false);
            return;
        }

        Interlocked.Increment(ref _asking);
        try
        {
            await AnswerAsync(context).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            // The caller has gone away.
            context.Abort();
        }
        finally
        {
            Volatile.Write(ref _lastAsked, _clock.GetTimestamp());
            Interlocked.Decrement(ref _asking);
        }
    }

    public void DisposeContext(HttpContext context, Exception? exception)
    {
        // Nothing in it needs an end.
    }

    /// <summary>Ends it at once. A request that is under way is cut off.</summary>
    public async ValueTask DisposeAsync()
    {
        await _server.StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);
        _server.Dispose();
    }

    private TimeSpan SinceAsked() =>
        Volatile.Read(ref _asking) > 0 ? TimeSpan.Zero : _clock.GetElapsedTime(Volatile.Read(ref _lastAsked));

    private async Task AnswerAsync(HttpContext context)
    {
        if (!TokenQuery.TryRead(context.Request.Query, out var query, out var wrong))
        {
            await RefuseAsync(context, wrong).ConfigureAwait(false);
            return;
        }

        var (token, subject, refusal) = await _identity.GetAsync(query, context.RequestAborted).ConfigureAwait(false);
        if (token is null)
        {
            await RefuseAsync(context, refusal!).ConfigureAwait(false);
            return;
        }

        // The line comes first: no token leaves without one.
        _audit.Issued(query.Resource, ProcessOf(context));
        await EndpointAnswer.WriteAsync(context.Response, token, subject!, query.Resource, context.RequestAborted).ConfigureAwait(false);
    }

    private Task RefuseAsync(HttpContext context, EndpointRefusal refusal)
    {
        _audit.Refused(refusal);
        return EndpointAnswer.WriteAsync(context.Response, refusal, Guid.NewGuid().ToString("D"), context.RequestAborted);
    }

    /// <summary>The process of a connection, looked up once for the connection.</summary>
    private static int? ProcessOf(HttpContext context)
    {
        var items = context.Features.GetRequiredFeature<IConnectionItemsFeature>().Items;
        if (!items.TryGetValue(typeof(CallingProcess), out var process))
        {
            var (client, server) = (context.Connection.RemoteIpAddress, context.Connection.LocalIpAddress);
            process = client is null || server is null ? null
                : CallingProcess.Of(new(client, context.Connection.RemotePort), new(server, context.Connection.LocalPort));
            items[typeof(CallingProcess)] = process;
        }

        return (int?)process;
    }
}

using System.Collections.Concurrent;
using System.Net;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace WorkloadIdentity.Tests;

/// <summary>
/// A SPIFFE agent: gRPC in plain text over a Unix socket or a TCP port. It is as strict as the standard (SPIFFE Workload Endpoint,
/// sections 3 and 6): no header, InvalidArgument; no audience, InvalidArgument; no identity, PermissionDenied.
/// </summary>
public sealed class SpiffeAgent : IAsyncDisposable
{
    private readonly string? _socket;
    private WebApplication? _server;

    private SpiffeAgent(string? socket) => _socket = socket;

    /// <summary>What a client's <c>SPIFFE_ENDPOINT_SOCKET</c> must hold.</summary>
    public string Address { get; private set; } = "";

    /// <summary>The identities of every process that calls.</summary>
    public ConcurrentQueue<AgentIdentity> Identities { get; } = new();

    /// <summary>What each served call asked for: the audiences and the SPIFFE ID.</summary>
    public ConcurrentQueue<(string Audiences, string SpiffeId)> Calls { get; } = new();

    /// <summary>Answers with this status instead; null serves the call.</summary>
    public StatusCode? Fails { get; set; }

    /// <summary>Whether it returns every identity, whichever was asked for. That breaks the standard.</summary>
    public bool IgnoresSpiffeId { get; set; }

    /// <summary>Waits before it answers; null does not.</summary>
    public Task? Holds { get; set; }

    public static Task<SpiffeAgent> OnUnixSocketAsync() => StartedAsync(
        new SpiffeAgent(Path.Combine(Path.GetTempPath(), $"spiffe-{Guid.NewGuid().ToString("N")[..12]}.sock")));

    public static Task<SpiffeAgent> OnTcpAsync() => StartedAsync(new SpiffeAgent(socket: null));

    /// <summary>Starts the agent again, at the same socket.</summary>
    public async Task StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(this);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            if (_socket is null)
            {
                kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
            }
            else
            {
                kestrel.ListenUnixSocket(_socket, listen => listen.Protocols = HttpProtocols.Http2);
            }
        });
        _server = builder.Build();
        _server.MapGrpcService<SpiffeAgentMethods>();
        await _server.StartAsync();
        var address = _server.Urls.Single();
        Address = _socket is null ? $"tcp://{new Uri(address).Authority}" : $"unix://{_socket}";
    }

    /// <summary>Ends the agent. Its socket is gone then.</summary>
    public async Task StopAsync()
    {
        if (_server is { } server)
        {
            _server = null;
            await server.StopAsync();
            await server.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private static async Task<SpiffeAgent> StartedAsync(SpiffeAgent agent)
    {
        await agent.StartAsync();
        return agent;
    }
}

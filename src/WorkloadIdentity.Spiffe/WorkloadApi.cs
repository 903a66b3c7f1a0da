using System.Net.Sockets;
using Grpc.Core;
using Grpc.Net.Client;
using WorkloadIdentity.Spiffe.Protocol;

namespace WorkloadIdentity.Spiffe;

/// <summary>One call of the Workload API's <c>FetchJWTSVID</c>, and what its outcome means.</summary>
internal static class WorkloadApi
{
    private const int LargestResponse = 1024 * 1024;

    private const string Start =
        "Check that the agent runs, and that its socket is mounted into this container. It is tried again by itself.";

    /// <summary>
    /// Fetches the SVIDs. Each call has a connection of its own, because calls are rare and the agent may have been restarted since the
    /// last one, even at another address.
    /// </summary>
    public static async Task<(IReadOnlyList<JWTSVID>? Svids, TokenError? Error)> FetchAsync(
        SpiffeEndpoint endpoint, string audience, string? spiffeId, TimeSpan timeLimit, TimeProvider timeProvider,
        CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(timeLimit, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        using var channel = Connect(endpoint);
        try
        {
            // The header proves that whoever calls can set metadata: a server that is tricked into fetching a URL cannot (section 3).
            var response = await new SpiffeWorkloadAPI.SpiffeWorkloadAPIClient(channel).FetchJWTSVIDAsync(
                new JWTSVIDRequest { Audience = { audience }, SpiffeId = spiffeId ?? "" },
                new Metadata { { "workload.spiffe.io", "true" } },
                cancellationToken: either.Token).ConfigureAwait(false);
            return (response.Svids, null);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, SpiffeError.Of(
                TokenErrorKind.TimedOut,
                $"The SPIFFE agent at {endpoint} did not answer within {timeLimit.TotalSeconds:0.#} s. Check the agent's log."));
        }
        catch (RpcException exception)
        {
            return (null, Explain(exception, endpoint, spiffeId));
        }
    }

    private static GrpcChannel Connect(SpiffeEndpoint endpoint) => GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions
    {
        DisposeHttpClient = true,
        HttpHandler = new SocketsHttpHandler
        {
            ActivityHeadersPropagator = null,
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            ConnectCallback = (_, cancellationToken) => OpenAsync(endpoint, cancellationToken),
        },
        MaxReceiveMessageSize = LargestResponse,
        ThrowOperationCanceledOnCancellation = true,
    });

    private static async ValueTask<Stream> OpenAsync(SpiffeEndpoint endpoint, CancellationToken cancellationToken)
    {
        var protocol = endpoint.Socket is UnixDomainSocketEndPoint ? ProtocolType.Unspecified : ProtocolType.Tcp;
        var socket = new Socket(endpoint.Socket.AddressFamily, SocketType.Stream, protocol);
        try
        {
            await socket.ConnectAsync(endpoint.Socket, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>
    /// The agent's answer by its code (SPIFFE Workload Endpoint, appendix A). What it wrote stays out: only the code is of a known form.
    /// </summary>
    private static TokenError Explain(RpcException exception, SpiffeEndpoint endpoint, string? spiffeId) => exception.StatusCode switch
    {
        _ when ConnectionError(exception) is { } socket => socket == SocketError.AccessDenied
            ? SpiffeError.Of(
                TokenErrorKind.InvalidConfiguration,
                $"This process may not open the SPIFFE agent's socket {endpoint}. Give its user the right to write to the socket.",
                exception)
            : SpiffeError.Of(
                TokenErrorKind.Unreachable, $"No SPIFFE agent answers at {endpoint} ({socket}). {Start}", exception),
        _ when exception.Status.DebugException is not null => Unreadable(exception.StatusCode, endpoint),
        StatusCode.Unavailable => SpiffeError.Of(
            TokenErrorKind.Unreachable,
            $"The SPIFFE agent at {endpoint} cannot serve now (gRPC Unavailable): it starts, or has too much to do. {Start}"),
        StatusCode.PermissionDenied => SpiffeError.Transient(
            TokenErrorKind.Refused,
            $"The SPIFFE agent at {endpoint} has no {(spiffeId is null ? "identity" : $"identity {spiffeId}")} for this process (gRPC "
                + "PermissionDenied). Create a registration entry whose selectors match the process. A new one takes some seconds to reach "
                + "the agent."),
        StatusCode.InvalidArgument => SpiffeError.Of(
            TokenErrorKind.Refused,
            $"The SPIFFE agent at {endpoint} rejected the request (gRPC InvalidArgument). Check the audience and the SPIFFE ID that were "
                + "asked for, and that nothing between this process and the agent removes the header workload.spiffe.io."),
        StatusCode.Unimplemented => SpiffeError.Of(
            TokenErrorKind.InvalidResponse,
            $"The server at {endpoint} does not have the SPIFFE Workload API (gRPC Unimplemented). Check the address."),
        var other => Unreadable(other, endpoint),
    };

    /// <summary>Another status, or a connection that ended or does not speak gRPC: then the status is the client's own.</summary>
    private static TokenError Unreadable(StatusCode code, SpiffeEndpoint endpoint) => SpiffeError.Transient(
        TokenErrorKind.InvalidResponse,
        $"The SPIFFE agent at {endpoint} did not return a readable answer (gRPC {code}). Check the agent's log, and that the address is "
            + "its own.");

    /// <summary>Why there was no connection; null if there was one.</summary>
    private static SocketError? ConnectionError(RpcException exception) =>
        exception.Status.DebugException is HttpRequestException
        {
            HttpRequestError: HttpRequestError.ConnectionError,
            InnerException: SocketException socket,
        }
            ? socket.SocketErrorCode
            : null;
}

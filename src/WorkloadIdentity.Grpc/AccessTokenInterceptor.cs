using Grpc.Core;
using Grpc.Core.Interceptors;

namespace WorkloadIdentity.Grpc;

/// <summary>
/// Adds an access token to each call as call credentials, so that it works with every way to find a server (<c>https</c>, <c>dns:///</c>,
/// <c>static:///</c>). When the service answers <see cref="StatusCode.Unauthenticated"/>, the token is renewed. A unary call, and a server
/// stream that has returned nothing yet, is then sent once more with the new token. The messages of a client stream or a duplex stream
/// cannot be sent twice: such a call fails, and the next one has the new token. Safe for concurrent use.
/// </summary>
/// <remarks>
/// <para>
/// With clients of the factory use <c>AddGrpcAccessToken</c>, which also refuses a channel without TLS. With a channel of your own:
/// <c>new Orders.OrdersClient(channel.Intercept(new AccessTokenInterceptor(acquirer, request)))</c>. gRPC leaves call credentials out on a
/// channel without TLS, unless <c>GrpcChannelOptions.UnsafeUseInsecureChannelCallCredentials</c> is set.
/// </para>
/// <para>
/// When no token can be had, the call fails before it is sent. The exception is an <see cref="RpcException"/> whose
/// <see cref="Status.DebugException"/> is the <see cref="TokenAcquisitionException"/>. A call that has an <c>authorization</c> header of
/// its own is left alone.
/// </para>
/// </remarks>
public sealed class AccessTokenInterceptor : Interceptor
{
    private readonly ITokenAcquirer _acquirer;
    private readonly TokenRequest _request;

    /// <summary>An interceptor whose tokens come from <paramref name="acquirer"/>.</summary>
    /// <param name="acquirer">The source of the tokens. It must outlive the interceptor.</param>
    /// <param name="request">What the tokens are for.</param>
    /// <exception cref="ArgumentException">The token is itself a credential, or bound to a certificate.</exception>
    public AccessTokenInterceptor(ITokenAcquirer acquirer, TokenRequest request)
    {
        ArgumentNullException.ThrowIfNull(acquirer);
        ArgumentNullException.ThrowIfNull(request);
        _acquirer = acquirer;
        _request = request.RequireSendable("the service", "the scope of the service", nameof(request));
    }

    /// <inheritdoc/>
    public override TResponse BlockingUnaryCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context,
        BlockingUnaryCallContinuation<TRequest, TResponse> continuation)
    {
        ArgumentNullException.ThrowIfNull(continuation);
        if (!TryAddToken(ref context, out var token))
        {
            return continuation(request, context);
        }

        try
        {
            return continuation(request, context);
        }
        catch (RpcException rejection) when (token.IsRejectedBy(rejection))
        {
            if (!token.Renew(rejection))
            {
                throw;
            }
        }
        catch (RpcException rejection) when (token.Explain(rejection) is { } explained)
        {
            throw explained;
        }

        return continuation(request, context);
    }

    /// <inheritdoc/>
    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context,
        AsyncUnaryCallContinuation<TRequest, TResponse> continuation)
    {
        ArgumentNullException.ThrowIfNull(continuation);
        if (!TryAddToken(ref context, out var token))
        {
            return continuation(request, context);
        }

        var sent = context;
        return new UnaryCall<TResponse>(token, () => continuation(request, sent)).AsCall();
    }

    /// <inheritdoc/>
    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context,
        AsyncServerStreamingCallContinuation<TRequest, TResponse> continuation)
    {
        ArgumentNullException.ThrowIfNull(continuation);
        if (!TryAddToken(ref context, out var token))
        {
            return continuation(request, context);
        }

        var sent = context;
        return new ServerStream<TResponse>(token, () => continuation(request, sent)).AsCall();
    }

    /// <inheritdoc/>
    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        ClientInterceptorContext<TRequest, TResponse> context,
        AsyncClientStreamingCallContinuation<TRequest, TResponse> continuation)
    {
        ArgumentNullException.ThrowIfNull(continuation);
        if (!TryAddToken(ref context, out var token))
        {
            return continuation(context);
        }

        var call = continuation(context);
        return new AsyncClientStreamingCall<TRequest, TResponse>(
            call.RequestStream,
            token.RenewWhenRejectedAsync(call.ResponseAsync),
            _ => call.ResponseHeadersAsync,
            _ => call.GetStatus(),
            _ => call.GetTrailers(),
            _ => call.Dispose(),
            state: call);
    }

    /// <inheritdoc/>
    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        ClientInterceptorContext<TRequest, TResponse> context,
        AsyncDuplexStreamingCallContinuation<TRequest, TResponse> continuation)
    {
        ArgumentNullException.ThrowIfNull(continuation);
        if (!TryAddToken(ref context, out var token))
        {
            return continuation(context);
        }

        var call = continuation(context);
        return new AsyncDuplexStreamingCall<TRequest, TResponse>(
            call.RequestStream,
            new RenewingReader<TResponse>(token, call.ResponseStream),
            _ => call.ResponseHeadersAsync,
            _ => call.GetStatus(),
            _ => call.GetTrailers(),
            _ => call.Dispose(),
            state: call);
    }

    /// <summary>Adds call credentials; returns false for a call with an <c>authorization</c> header of the application's own.</summary>
    private bool TryAddToken<TRequest, TResponse>(ref ClientInterceptorContext<TRequest, TResponse> context, out CallToken token)
        where TRequest : class
        where TResponse : class
    {
        token = new CallToken(_acquirer, _request, context.Options.CancellationToken);
        if (context.Options.Headers?.Get(CallToken.HeaderName) is not null)
        {
            return false;
        }

        var credentials = context.Options.Credentials is { } others
            ? CallCredentials.Compose(others, token.Credentials)
            : token.Credentials;
        context = new ClientInterceptorContext<TRequest, TResponse>(
            context.Method, context.Host, context.Options.WithCredentials(credentials));
        return true;
    }
}

using Grpc.Core;

namespace WorkloadIdentity.Grpc;

/// <summary>
/// The token of one call. gRPC asks for it at each attempt to send the call. Remembers the token that was sent last, which is the one that
/// a rejection is about.
/// </summary>
internal sealed class CallToken(ITokenAcquirer acquirer, TokenRequest request, CancellationToken cancellationToken)
{
    public const string HeaderName = "authorization";

    private AccessToken? _sent;

    public CallCredentials Credentials => CallCredentials.FromInterceptor(AddAsync);

    /// <summary>Whether the call failed because of its token.</summary>
    public bool IsRejectedBy(RpcException rejection) => rejection.StatusCode == StatusCode.Unauthenticated && Sent is not null;

    /// <summary>
    /// Renews the token after a rejection. Returns false if nothing newer can be had now.
    /// </summary>
    /// <exception cref="RpcException">The renewal was refused: the rejection, with the reason.</exception>
    public async Task<bool> RenewAsync(RpcException rejection)
    {
        var sent = Sent;
        try
        {
            return await acquirer.RenewTokenAsync(request, sent, claims: null, cancellationToken).ConfigureAwait(false) is var token
                && token.Value != sent!.Value;
        }
        catch (TokenAcquisitionException exception)
        {
            throw Refused(rejection, exception);
        }
    }

    /// <inheritdoc cref="RenewAsync"/>
    public bool Renew(RpcException rejection)
    {
        var sent = Sent;
        try
        {
            return acquirer.RenewToken(request, sent, claims: null, cancellationToken).Value != sent!.Value;
        }
        catch (TokenAcquisitionException exception)
        {
            throw Refused(rejection, exception);
        }
    }

    /// <summary>The response of a call that cannot be sent twice. The token is renewed before the rejection is thrown.</summary>
    public async Task<TResponse> RenewWhenRejectedAsync<TResponse>(Task<TResponse> response)
    {
        try
        {
            return await response.ConfigureAwait(false);
        }
        catch (RpcException rejection) when (IsRejectedBy(rejection))
        {
            await RenewAsync(rejection).ConfigureAwait(false);
            throw;
        }
        catch (RpcException rejection) when (Explain(rejection) is { } explained)
        {
            throw explained;
        }
    }

    /// <summary>The error of a call whose token gRPC left out because the channel has no TLS; null for any other error.</summary>
    public RpcException? Explain(RpcException rejection) =>
        rejection.StatusCode != StatusCode.Unauthenticated || Sent is not null
            ? null
            : new RpcException(
                new Status(
                    StatusCode.Unauthenticated,
                    $"The call was sent without a token for '{request.Scope}': gRPC leaves call credentials out on a channel without TLS. "
                        + "Use https. For a server on this machine or a mesh that encrypts, set "
                        + "GrpcChannelOptions.UnsafeUseInsecureChannelCallCredentials = true.",
                    rejection),
                rejection.Trailers);

    private AccessToken? Sent => Volatile.Read(ref _sent);

    private async Task AddAsync(AuthInterceptorContext context, Metadata metadata)
    {
        var token = await acquirer.GetTokenAsync(request, context.CancellationToken).ConfigureAwait(false);
        Volatile.Write(ref _sent, token);
        metadata.Add(HeaderName, $"Bearer {token.Value}");
    }

    private static RpcException Refused(RpcException rejection, TokenAcquisitionException exception) =>
        new(
            new Status(
                StatusCode.Unauthenticated,
                $"{rejection.Status.Detail} The token could not be renewed: {exception.Error.Message}",
                exception),
            rejection.Trailers);
}

using Grpc.Core;

namespace WorkloadIdentity.Grpc;

/// <summary>A server stream that is sent once more when its token was rejected before the first message came.</summary>
/// <param name="token">The token of the call.</param>
/// <param name="send">Sends the call.</param>
internal sealed class ServerStream<TResponse>(CallToken token, Func<AsyncServerStreamingCall<TResponse>> send)
    : IAsyncStreamReader<TResponse>
{
    private readonly ResentCall<AsyncServerStreamingCall<TResponse>> _calls = new(send);
    private bool _hasStarted;

    public TResponse Current => _calls.Current.ResponseStream.Current;

    public AsyncServerStreamingCall<TResponse> AsCall() =>
        new(
            this,
            _ => _calls.Current.ResponseHeadersAsync,
            _ => _calls.Current.GetStatus(),
            _ => _calls.Current.GetTrailers(),
            _ => _calls.Dispose(),
            state: this);

    async Task<bool> IAsyncStreamReader<TResponse>.MoveNext(CancellationToken cancellationToken)
    {
        try
        {
            var moved = await _calls.Current.ResponseStream.MoveNext(cancellationToken).ConfigureAwait(false);
            _hasStarted = true;
            return moved;
        }
        catch (RpcException rejection) when (token.IsRejectedBy(rejection))
        {
            var isRenewed = await token.RenewAsync(rejection).ConfigureAwait(false);
            if (_hasStarted || !isRenewed)
            {
                throw;
            }
        }
        catch (RpcException rejection) when (token.Explain(rejection) is { } explained)
        {
            throw explained;
        }

        _hasStarted = true;
        return await _calls.SendAgain().ResponseStream.MoveNext(cancellationToken).ConfigureAwait(false);
    }
}

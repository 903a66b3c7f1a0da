using Grpc.Core;

namespace WorkloadIdentity.Grpc;

/// <summary>A unary call that is sent once more when its token was rejected.</summary>
/// <param name="token">The token of the call.</param>
/// <param name="send">Sends the call.</param>
internal sealed class UnaryCall<TResponse>(CallToken token, Func<AsyncUnaryCall<TResponse>> send)
{
    private readonly ResentCall<AsyncUnaryCall<TResponse>> _calls = new(send);

    public AsyncUnaryCall<TResponse> AsCall()
    {
        var response = ResponseAsync();
        return new AsyncUnaryCall<TResponse>(
            response,
            _ => HeadersAsync(response),
            _ => _calls.Current.GetStatus(),
            _ => _calls.Current.GetTrailers(),
            _ => _calls.Dispose(),
            state: this);
    }

    private async Task<TResponse> ResponseAsync()
    {
        var first = _calls.Current;
        try
        {
            return await first.ResponseAsync.ConfigureAwait(false);
        }
        catch (RpcException rejection) when (token.IsRejectedBy(rejection))
        {
            if (!await token.RenewAsync(rejection).ConfigureAwait(false))
            {
                throw;
            }
        }
        catch (RpcException rejection) when (token.Explain(rejection) is { } explained)
        {
            throw explained;
        }

        return await _calls.SendAgain().ResponseAsync.ConfigureAwait(false);
    }

    /// <summary>The headers of the call that counts, which is known when the response is.</summary>
    private async Task<Metadata> HeadersAsync(Task<TResponse> response)
    {
        await ((Task)response).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return await _calls.Current.ResponseHeadersAsync.ConfigureAwait(false);
    }
}

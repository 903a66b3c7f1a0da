using Grpc.Core;

namespace WorkloadIdentity.Grpc;

/// <summary>The responses of a duplex stream, which cannot be sent twice. The token is renewed before the rejection is thrown.</summary>
internal sealed class RenewingReader<TResponse>(CallToken token, IAsyncStreamReader<TResponse> responses) : IAsyncStreamReader<TResponse>
{
    public TResponse Current => responses.Current;

    Task<bool> IAsyncStreamReader<TResponse>.MoveNext(CancellationToken cancellationToken) =>
        token.RenewWhenRejectedAsync(responses.MoveNext(cancellationToken));
}

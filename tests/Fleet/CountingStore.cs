using WorkloadIdentity;

namespace Fleet;

/// <summary>The store of a process, and how many calls to the stores of all processes have not ended.</summary>
internal sealed class CountingStore(TokenStore inner, CallCounts counts) : TokenStore
{
    public override TimeSpan ReadTimeLimit => inner.ReadTimeLimit;

    public override async ValueTask<AccessToken?> ReadAsync(
        string partition, TokenRequest request, CancellationToken cancellationToken)
    {
        using var call = counts.Begin();
        return await inner.ReadAsync(partition, request, cancellationToken);
    }

    public override async ValueTask WriteAsync(
        string partition, TokenRequest request, AccessToken token, CancellationToken cancellationToken)
    {
        using var call = counts.Begin();
        await inner.WriteAsync(partition, request, token, cancellationToken);
    }

    public override void Abandon(string partition, TokenRequest request) => inner.Abandon(partition, request);
}

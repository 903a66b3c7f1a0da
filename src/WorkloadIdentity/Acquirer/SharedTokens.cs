using Microsoft.Extensions.Logging;

namespace WorkloadIdentity;

/// <summary>
/// The rules between an acquirer and its second level: what may enter it, how long it is waited for, and that its failure is a miss.
/// </summary>
internal sealed class SharedTokens(
    TokenStore store, string partition, TimeSpan acquisitionTimeLimit, TimeProvider timeProvider, ILogger logger)
{
    private static readonly TimeSpan WriteTimeLimit = TimeSpan.FromSeconds(2);

    // Half of the acquisition's time is left for the credential.
    private TimeSpan ReadTimeLimit => store.ReadTimeLimit < acquisitionTimeLimit / 2 ? store.ReadTimeLimit : acquisitionTimeLimit / 2;

    /// <summary>A shared token that is fresh and outlives <paramref name="held"/>; otherwise null.</summary>
    public async ValueTask<AccessToken?> ReadAsync(TokenRequest request, AccessToken? held, CancellationToken end)
    {
        AccessToken? token = null;
        if (TokenStore.MayShare(request))
        {
            await WithinLimitAsync(
                "reading",
                ReadTimeLimit,
                async limit => token = await store.ReadAsync(partition, request, limit).ConfigureAwait(false),
                end).ConfigureAwait(false);
        }

        var isBetter = token is not null && (held is null || token.ExpiresOn > held.ExpiresOn);
        return isBetter && TokenStore.IsFresh(token!, timeProvider.GetUtcNow()) ? token : null;
    }

    public ValueTask WriteAsync(TokenRequest request, AccessToken token, CancellationToken end) => TokenStore.MayShare(request)
        ? WithinLimitAsync("writing", WriteTimeLimit, limit => store.WriteAsync(partition, request, token, limit), end)
        : ValueTask.CompletedTask;

    /// <summary>Tells the store that an acquisition which read it has ended without a token.</summary>
    public void Abandon(TokenRequest request)
    {
        if (!TokenStore.MayShare(request))
        {
            return;
        }

        try
        {
            store.Abandon(partition, request);
        }
        catch (Exception exception)
        {
            Log.StoreFailed(logger, "being told of a failure", exception.GetType().Name);
        }
    }

    /// <summary>Why a credential without a partition is refused a second level.</summary>
    public static string Refusal(Credential credential) =>
        $"The credential '{credential.Name}' cannot share tokens with other processes through a TokenStore. "
            + $"{credential.WhyNotShared} Or leave the store out. Help: {HelpPage.Reference(HelpAnchors.SecondLevel)}";

    private async ValueTask WithinLimitAsync(
        string doing, TimeSpan timeLimit, Func<CancellationToken, ValueTask> step, CancellationToken end)
    {
        using var limit = new TimeLimit(timeLimit, timeProvider, end);
        try
        {
            // On a thread of its own: a store that blocks before its first await holds up nobody for longer than the limit.
            await Task.Run(() => step(limit.Token).AsTask(), CancellationToken.None).WaitAsync(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception exception)
        {
            var reason = exception is OperationCanceledException
                ? $"It did not answer within {timeLimit.TotalSeconds:0.#} s."
                : exception.GetType().Name;
            Log.StoreFailed(logger, doing, reason);
        }
    }
}

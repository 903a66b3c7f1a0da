using System.Diagnostics;

namespace WorkloadIdentity;

/// <summary>An acquisition in flight, shared by all callers who wait for it.</summary>
#pragma warning disable CA1001 // The cancellation source has no timer and no handle, so it need not be disposed.
internal sealed class InFlightAcquisition
#pragma warning restore CA1001
{
    // More links make a trace unreadable, and many callers would let it grow without bound.
    private const int MaxLinks = 32;

    private readonly CancellationTokenSource _abandoned = new();
    private int _links;
    private int _waiting;

    /// <summary>The token that an API rejected, when this acquisition renews it.</summary>
    public AccessToken? Rejected { get; init; }

    public bool IsRenewal { get; init; }

    /// <summary>The claims that this acquisition carries; null for none.</summary>
    public DemandedClaims? Claims { get; init; }

    /// <summary>Whether it carries claims only because the API asked for them earlier. No caller asks for them now.</summary>
    public bool KeepsClaims { get; init; }

    /// <summary>Whether it refreshes a token that is still served, so that no caller has to wait for it.</summary>
    public bool IsBackgroundRefresh { get; init; }

    /// <summary>
    /// When the credential was asked. The token is issued no earlier. <see cref="DateTimeOffset.MinValue"/> when the token comes from a
    /// second level, where its age is not known.
    /// </summary>
    public DateTimeOffset StartedOn { get; set; }

    /// <summary>
    /// Whether a caller with an unexpired token stopped waiting. Later callers who have an unexpired token do not wait at all.
    /// </summary>
    public bool IsOverdue { get; private set; }

    /// <summary>
    /// Cancelled when no caller waits any more. An acquisition that is still queued then ends without asking the credential.
    /// </summary>
    public CancellationToken Abandoned => _abandoned.Token;

    /// <summary>Whether it was abandoned in the queue. Then it asked nobody and has no result.</summary>
    public bool WasDropped { get; set; }

    /// <summary>The trace activity; set while the acquisition runs and somebody listens.</summary>
    public Activity? Activity { get; set; }

    /// <summary>
    /// Completes when the cache entry has stored the result. The result is null when the acquisition was dropped or the acquirer was
    /// disposed.
    /// </summary>
    public Task<TokenResult?> Completion { get; set; } = null!;

    /// <summary>Whether its token was issued for <paramref name="claims"/>. Null demands nothing but another token.</summary>
    public bool Satisfies(DemandedClaims? claims) => claims is null || claims.Hash == Claims?.Hash;

    /// <summary>Whether it is the renewal that a caller who demands <paramref name="claims"/> would start.</summary>
    public bool Renews(DemandedClaims? claims) => IsRenewal && (KeepsClaims ? null : Claims?.Hash) == claims?.Hash;

    /// <summary>Whether the result may be due to claims that no caller asks for now. Then a request without them may succeed.</summary>
    public bool IsRefusedForKeptClaims(TokenResult result) => KeepsClaims && result.Error is { IsTransient: false };

    /// <summary>
    /// Waits for the result, for at most <paramref name="timeLimit"/>. A cancelled caller leaves at once; the acquisition continues.
    /// </summary>
    /// <returns>The result; null when the time limit passed or the acquisition was dropped.</returns>
    /// <exception cref="ObjectDisposedException">The acquirer was disposed meanwhile.</exception>
    public async ValueTask<TokenResult?> WaitAsync(TimeSpan timeLimit, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        Link();
        Interlocked.Increment(ref _waiting);
        try
        {
            var result = await Completion.WaitAsync(timeLimit, timeProvider, cancellationToken).ConfigureAwait(false);
            return result ?? (WasDropped ? null : throw new ObjectDisposedException("TokenAcquirer"));
        }
        catch (TimeoutException)
        {
            // This caller still counts as waiting: it goes on with the old token, and the next caller needs the new one. The acquisition
            // may have ended in the same moment; then the entry holds its result.
            IsOverdue = true;
            return null;
        }
        catch (OperationCanceledException)
        {
            if (Interlocked.Decrement(ref _waiting) == 0 && !IsBackgroundRefresh)
            {
                _abandoned.Cancel();
            }

            throw;
        }
    }

    private void Link()
    {
        if (Activity is { } acquisition && System.Diagnostics.Activity.Current is { } waiting && waiting.SpanId != acquisition.ParentSpanId
            && Interlocked.Increment(ref _links) <= MaxLinks)
        {
            acquisition.AddLink(new ActivityLink(waiting.Context));
        }
    }
}

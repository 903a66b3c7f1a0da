using System.Diagnostics;

namespace WorkloadIdentity;

/// <summary>
/// The cache entry of one request: the token that is held, the acquisition in flight, and what is remembered of recent failures.
/// </summary>
/// <remarks>An entry is its own lock and has few fields, because there may be 100,000.</remarks>
internal abstract partial class TokenCacheEntry(AcquirerSetup setup, AcquisitionRunner runner)
{
    private volatile CachedToken? _held;
    private volatile InFlightAcquisition? _inFlight;
    private FailureMemory? _failures;
    private volatile bool _isRetired;

    /// <summary>The order of eviction. An earlier time means idle for longer. Entries without a token come first.</summary>
    public long RefreshAt => _held?.RefreshAt ?? 0;

    /// <summary>Whether it is out of service. The cache makes another one for the request.</summary>
    public bool IsRetired => _isRetired;

    /// <summary>An earlier end than the token's own, in UTC ticks.</summary>
    protected virtual long NotAfter => long.MaxValue;

    /// <summary>
    /// The cache hit: the held token when it may be served at once; otherwise null. A stale token starts a refresh in the background.
    /// </summary>
    public AccessToken? Held(TokenRequest request)
    {
        if (_held is not { } held)
        {
            return null;
        }

        var now = setup.Clock.GetUtcTicks(out var isNewReading);
        if (!held.IsFreshAt(now))
        {
            return HeldUnlessExpiring(held, request, isNewReading ? now : setup.Clock.ReadUtcTicks());
        }

        if (isNewReading)
        {
            Sample(held, now);
        }

        return held.Token;
    }

    /// <summary>Waits for a token. Null when this entry was retired; then the cache has another one.</summary>
    /// <exception cref="TokenAcquisitionException">No token could be acquired.</exception>
    public async ValueTask<AccessToken?> GetAsync(TokenRequest request, CancellationToken cancellationToken)
    {
        while (true)
        {
            InFlightAcquisition acquisition;
            TimeSpan timeLimit;
            lock (this)
            {
                if (_isRetired)
                {
                    return null;
                }

                // Checked again under the lock, because an acquisition may have completed meanwhile.
                var now = setup.TimeProvider.GetUtcNow();
                var age = _held?.AgeAt(now.UtcTicks) ?? TokenAge.Expired;
                if (age is TokenAge.Fresh or TokenAge.Stale || (age == TokenAge.Expiring && _inFlight is { IsOverdue: true }))
                {
                    return _held!.Token;
                }

                if (_inFlight is { } inFlight)
                {
                    acquisition = inFlight;
                }
                else if (_failures?.Remaining(behindLivingToken: age == TokenAge.Expiring) is { Ticks: > 0 } remaining)
                {
                    return age == TokenAge.Expiring ? _held!.Token : throw Repeated(_failures.Last, remaining);
                }
                else
                {
                    acquisition = Start(request);
                }

                // An unexpired token is returned while it still has time to reach the API.
                timeLimit = age == TokenAge.Expiring ? _held!.LeftAt(now) / 2 : Timeout.InfiniteTimeSpan;
            }

            var result = await acquisition.WaitAsync(timeLimit, setup.TimeProvider, cancellationToken).ConfigureAwait(false);
            var endedOn = setup.TimeProvider.GetUtcNow();
            if (result?.Token is { } token && token.ExpiresOn > endedOn)
            {
                return token;
            }

            if (_held is { } held && held.IsUnexpiredAt(endedOn))
            {
                return held.Token;
            }

            // Another round after a token that expired on its way here (the machine slept, the clock was set), after a dropped acquisition,
            // and after one with claims that this caller did not ask for: that failure says nothing about a request without claims.
            if (result is { Token: null } && !acquisition.IsRenewal && !acquisition.IsRefusedForKeptClaims(result))
            {
                throw new TokenAcquisitionException(result.Error!, result.Attempts);
            }
        }
    }

    /// <summary>
    /// Takes the entry out of service, unless an acquisition is in flight. A retired entry starts nothing and holds nothing.
    /// </summary>
    /// <returns>Whether the entry is out of service.</returns>
    public bool TryRetire()
    {
        lock (this)
        {
            if (_inFlight is null)
            {
                Retire();
            }

            return _isRetired;
        }
    }

    /// <summary>
    /// Takes the entry out of service, whatever is in flight. Its token is dropped, even if a handler keeps the entry.
    /// </summary>
    public void Retire()
    {
        lock (this)
        {
            _isRetired = true;
            _held = null;
        }
    }

    private AccessToken? HeldUnlessExpiring(CachedToken held, TokenRequest request, long now)
    {
        var age = held.AgeAt(now);
        if (age > TokenAge.Stale)
        {
            return null;
        }

        if (age == TokenAge.Stale)
        {
            RefreshInBackground(held, request);
        }

        Sample(held, now);
        return held.Token;
    }

    /// <summary>
    /// Measures one hit in 256 of those that read the wall clock. The last bits of the time choose it: they cost nothing and have nothing
    /// to do with the token's age. A measurement writes memory that all threads share, which most hits must not do.
    /// </summary>
    private void Sample(CachedToken held, long now)
    {
        if ((now & 0xFF) == 0)
        {
            setup.Metrics.Used(held.HeldFor(now));
        }
    }

    private void RefreshInBackground(CachedToken stale, TokenRequest request)
    {
        if (_inFlight is not null)
        {
            return;
        }

        lock (this)
        {
            // An acquisition may have completed since the caller looked at this token. Then the new token is not stale.
            if (!_isRetired && _inFlight is null && ReferenceEquals(_held, stale)
                && _failures?.Remaining(behindLivingToken: true) is not { Ticks: > 0 })
            {
                Start(request, isBackgroundRefresh: true);
            }
        }
    }

    /// <summary>
    /// The acquisition carries the claims that the API asked for before, so that it need not ask again after each refresh.
    /// </summary>
    private InFlightAcquisition Start(TokenRequest request, bool isBackgroundRefresh = false) => Start(request, new InFlightAcquisition
    {
        IsBackgroundRefresh = isBackgroundRefresh,
        Claims = _renewals?.Kept,
        KeepsClaims = _renewals?.Kept is not null,
    });

    /// <summary>
    /// Starts without the caller's execution setup: its culture, identity and baggage must not reach work that serves other callers.
    /// </summary>
    private InFlightAcquisition Start(TokenRequest request, InFlightAcquisition acquisition)
    {
        var parent = Activity.Current?.Context ?? default;
        var held = _held?.Token;
        var flow = ExecutionContext.IsFlowSuppressed() ? (AsyncFlowControl?)null : ExecutionContext.SuppressFlow();
        acquisition.Completion = Task.Run(() => AcquireAsync(acquisition, request, held, parent));
        flow?.Undo();
        return _inFlight = acquisition;
    }

    private static TokenAcquisitionException Repeated(TokenResult failure, TimeSpan remaining) =>
        new(failure.Error!.Repeated(remaining), failure.Attempts);
}

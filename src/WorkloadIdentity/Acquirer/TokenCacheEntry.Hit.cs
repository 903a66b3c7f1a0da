namespace WorkloadIdentity;

/// <content>The cache hit: it takes no lock, writes nothing shared and allocates nothing.</content>
internal abstract partial class TokenCacheEntry
{
    /// <summary>
    /// The held token when it may be served at once; otherwise null. A stale token starts a refresh in the background.
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
            setup.Telemetry.Used(held.HeldFor(now));
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
            // A retired entry holds none.
            if (_inFlight is null && ReferenceEquals(_held, stale)
                && _failures?.Remaining(behindUnexpiredToken: true) is not { Ticks: > 0 })
            {
                Start(request, isBackgroundRefresh: true);
            }
        }
    }
}

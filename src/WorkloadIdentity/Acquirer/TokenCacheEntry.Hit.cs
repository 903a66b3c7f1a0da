namespace WorkloadIdentity;

/// <content>The cache hit: it takes no lock, writes nothing shared and allocates nothing.</content>
internal abstract partial class TokenCacheEntry
{
    /// <summary>
    /// The held token when it may be served at once; otherwise null. A stale token starts a refresh in the background.
    /// </summary>
    public AccessToken? Held(TokenRequest request)
    {
        // The time is read after the token: before its arrival, it would look like a clock that was set back.
        var version = Volatile.Read(ref _version);
        if (Volatile.Read(in _held.Token) is not { } token)
        {
            return null;
        }

        var now = setup.Clock.GetUtcTicks(out var isNewReading);
        if (!_held.IsFreshAt(now))
        {
            return HeldUnlessExpiring(version, request, isNewReading ? now : setup.Clock.ReadUtcTicks());
        }

        if (isNewReading)
        {
            Sample(_held, now);
        }

        return IsStill(version) ? token : null;
    }

    /// <summary>
    /// Whether what was read since the version was read belongs together: the token and its times. If another token took its place
    /// meanwhile, the caller gets that one under the lock.
    /// </summary>
    private bool IsStill(int version)
    {
        Volatile.ReadBarrier();
        return (version & 1) == 0 && version == _version;
    }

    private AccessToken? HeldUnlessExpiring(int version, TokenRequest request, long now)
    {
        var held = _held;
        if (!IsStill(version))
        {
            return null;
        }

        var age = held.AgeAt(now);
        if (age > TokenAge.Stale)
        {
            return null;
        }

        if (age == TokenAge.Stale)
        {
            RefreshInBackground(version, request);
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

    private void RefreshInBackground(int version, TokenRequest request)
    {
        if (_inFlight is not null)
        {
            return;
        }

        lock (this)
        {
            // An acquisition may have completed since the caller looked at this token. Then the new token is not stale.
            // A retired entry holds none.
            if (_inFlight is null && _version == version
                && _failures?.Remaining(behindUnexpiredToken: true) is not { Ticks: > 0 })
            {
                Start(request, isBackgroundRefresh: true);
            }
        }
    }
}

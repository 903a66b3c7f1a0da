using System.Diagnostics.CodeAnalysis;

namespace WorkloadIdentity;

/// <summary>
/// A held token and the times at which its age changes, computed once when it arrives. The default value holds none: it has expired.
/// </summary>
internal readonly struct CachedToken
{
    private static readonly TimeSpan LongLife = TimeSpan.FromHours(2);

    private readonly long _arrivedOn;
    private readonly long _refreshAt;
    private readonly long _expiresAt;
    private readonly long _startedOn;

    /// <param name="token">The token.</param>
    /// <param name="arrivedOn">Now.</param>
    /// <param name="jitter">From 0 to 1: which share of min(5 min, a tenth of the lifetime) the refresh comes early.</param>
    /// <param name="notAfter">An earlier end than the token's own, in UTC ticks: the user assertion's.</param>
    /// <param name="startedOn">When it was asked for; far in the past when that is not known.</param>
    public CachedToken(
        AccessToken token, DateTimeOffset arrivedOn, double jitter, long notAfter = long.MaxValue, DateTimeOffset startedOn = default)
    {
        Token = token;
        _startedOn = startedOn.UtcTicks;
        _arrivedOn = arrivedOn.UtcTicks;
        _expiresAt = Math.Min(token.ExpiresOn.UtcTicks, notAfter);

        var lifetime = Math.Max(0, _expiresAt - _arrivedOn);
        var waitAt = WaitAt(_expiresAt, _arrivedOn);

        // A hint outside the token's lifetime (seen with clocks that disagree) is ignored: the rule decides.
        var refreshAt = token.RefreshOn is { } hint && hint.UtcTicks > _arrivedOn && hint.UtcTicks <= waitAt ? hint.UtcTicks
            : lifetime > LongLife.Ticks ? _arrivedOn + (lifetime / 2)
            : _expiresAt - Math.Min(5 * TimeSpan.TicksPerMinute, lifetime / 4);

        // Early by a share of the lifetime. At most by half of the time until the refresh, because a token whose hint is close to its
        // arrival would be refreshed again and again.
        var spread = Math.Min(Math.Min(5 * TimeSpan.TicksPerMinute, lifetime / 10), (refreshAt - _arrivedOn) / 2);
        _refreshAt = refreshAt - (long)(Math.Clamp(jitter, 0, 1) * spread);
    }

    /// <summary>A field, so that it can be read as volatile.</summary>
    public readonly AccessToken? Token;

    /// <summary>When it was asked for. It was issued no earlier.</summary>
    public DateTimeOffset StartedOn => new(_startedOn, TimeSpan.Zero);

    /// <summary>
    /// When the token becomes stale. A token in use is refreshed then, so of two tokens the earlier one has been idle for longer.
    /// </summary>
    public long RefreshAt => _refreshAt;

    /// <summary>
    /// Whether it is fresh. A clock that reads earlier than the arrival was set back, or is a tick behind: then false.
    /// </summary>
    /// <param name="now">In UTC ticks.</param>
    public bool IsFreshAt(long now) => now < _refreshAt && now >= _arrivedOn;

    /// <summary>How the token stands.</summary>
    /// <param name="ticks">Now, in UTC ticks.</param>
    public TokenAge AgeAt(long ticks)
    {
        if (ticks < _refreshAt)
        {
            // A clock that reads earlier than the arrival was set back. The time that the token has left is unknown.
            return ticks >= _arrivedOn ? TokenAge.Fresh : TokenAge.Stale;
        }

        return ticks < WaitAt(_expiresAt, _arrivedOn) ? TokenAge.Stale : ticks < _expiresAt ? TokenAge.Expiring : TokenAge.Expired;
    }

    /// <summary>Computed anew each time it is needed, which is near the end of a token only: 100,000 may be held.</summary>
    private static long WaitAt(long expiresAt, long arrivedOn) =>
        expiresAt - Math.Min(TimeSpan.TicksPerMinute, Math.Max(0, expiresAt - arrivedOn) / 10);

    /// <summary>Time since the arrival; zero on a clock that was set back.</summary>
    /// <param name="now">In UTC ticks.</param>
    public TimeSpan HeldFor(long now) => TimeSpan.FromTicks(Math.Max(0, now - _arrivedOn));

    /// <summary>Time until it expires; zero once it has expired.</summary>
    public TimeSpan LeftAt(DateTimeOffset now) => TimeSpan.FromTicks(Math.Max(0, _expiresAt - now.UtcTicks));

    [MemberNotNullWhen(true, nameof(Token))]
    public bool IsUnexpiredAt(DateTimeOffset now) => Token is not null && now.UtcTicks < _expiresAt;
}

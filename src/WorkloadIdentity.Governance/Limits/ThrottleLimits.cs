namespace WorkloadIdentity.Governance;

/// <summary>
/// Keeps requests within the limits of Graph, so that none is throttled. See
/// <see href="https://learn.microsoft.com/graph/throttling-limits">throttling limits</see> (2026-08).
/// </summary>
internal sealed class ThrottleLimits(TimeProvider timeProvider)
{
    // The limit of the smallest tenants: the size of a tenant cannot be read, and larger tenants have more. A margin covers clocks that run
    // differently.
    private readonly WindowLimiter _directory = new(3500, TimeSpan.FromSeconds(10.1), timeProvider);
    private readonly WindowLimiter _keys = new(150, TimeSpan.FromSeconds(60.5), timeProvider);
    private readonly WindowLimiter _reports = new(5, TimeSpan.FromSeconds(10.2), timeProvider);
    private readonly WindowLimiter _protection = new(1, TimeSpan.FromSeconds(1.1), timeProvider);

    /// <summary>Waits until a request may be sent. The result is disposed when the request has ended.</summary>
    /// <param name="group">The group whose limit counts.</param>
    /// <param name="units">The resource units of the request; other groups than the directory count requests.</param>
    /// <param name="keyReads">How many of its parts select <c>keyCredentials</c>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<LimitTurn> TakeAsync(LimitGroup group, int units, int keyReads, CancellationToken cancellationToken)
    {
        var limiter = Of(group);
        units = group == LimitGroup.Directory ? units : 1;
        if (keyReads > 0)
        {
            await _keys.TakeAsync(keyReads, cancellationToken).ConfigureAwait(false);
        }

        try
        {
            await limiter.TakeAsync(units, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            if (keyReads > 0)
            {
                _keys.End(keyReads, keyReads);
            }

            throw;
        }

        return new LimitTurn(limiter, units, _keys, keyReads, group == LimitGroup.Directory);
    }

    /// <summary>Holds back the requests of a group.</summary>
    public void Pause(LimitGroup group, TimeSpan delay) => Of(group).Pause(delay);

    private WindowLimiter Of(LimitGroup group) => group switch
    {
        LimitGroup.Reports => _reports,
        LimitGroup.Protection => _protection,
        _ => _directory,
    };
}

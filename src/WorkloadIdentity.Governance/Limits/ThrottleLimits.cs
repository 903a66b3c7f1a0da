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
    public async ValueTask<LimitTurn> TakeAsync(GraphCall call, CancellationToken cancellationToken)
    {
        var limiter = Of(call.Group);
        var units = call.Group == LimitGroup.Directory ? call.Units : 1;
        if (call.KeyReads > 0)
        {
            await _keys.TakeAsync(call.KeyReads, cancellationToken).ConfigureAwait(false);
        }

        try
        {
            await limiter.TakeAsync(units, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            if (call.KeyReads > 0)
            {
                _keys.End(call.KeyReads, call.KeyReads);
            }

            throw;
        }

        return new LimitTurn(limiter, units, _keys, call.KeyReads, call.Group == LimitGroup.Directory);
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

namespace WorkloadIdentity;

/// <summary>
/// Remembers, per tenant, until when Entra throttles. It belongs to one token endpoint, which has one authority and one client. So all
/// requests of that client in that tenant wait together, whatever their scope. Safe for concurrent use.
/// </summary>
internal sealed class ThrottlingGate(TimeProvider timeProvider)
{
    /// <summary>
    /// The most tenants that are remembered, because tenants come from requests. Beyond that, the tenant whose wait ends first is
    /// forgotten.
    /// </summary>
    public const int MaxTenants = 1024;

    /// <summary>The upper limit for Retry-After.</summary>
    public static readonly TimeSpan MaxWait = TimeSpan.FromHours(1);

    /// <summary>A timer may fire slightly early, so a wait this short counts as over.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromMilliseconds(50);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Closing> _closings = new(StringComparer.OrdinalIgnoreCase);
    private volatile bool _anyClosed;

    /// <summary>The throttling error of a tenant while its wait lasts; null when a request may be sent.</summary>
    public TokenError? Closed(string tenantId)
    {
        if (!_anyClosed)
        {
            return null;
        }

        lock (_gate)
        {
            if (!_closings.TryGetValue(tenantId, out var closing))
            {
                return null;
            }

            var remaining = Remaining(closing);
            if (remaining > Slack)
            {
                return closing.Error.Repeated(remaining);
            }

            _closings.Remove(tenantId);
            _anyClosed = _closings.Count > 0;
            return null;
        }
    }

    public void Close(string tenantId, TokenError error, TimeSpan wait)
    {
        if (wait <= TimeSpan.Zero)
        {
            return;
        }

        lock (_gate)
        {
            if (_closings.Count >= MaxTenants && !_closings.ContainsKey(tenantId))
            {
                _closings.Remove(_closings.MinBy(closing => Remaining(closing.Value)).Key);
            }

            _closings[tenantId] = new Closing(timeProvider.GetTimestamp(), wait < MaxWait ? wait : MaxWait, error);
            _anyClosed = true;
        }
    }

    private TimeSpan Remaining(Closing closing) => closing.Wait - timeProvider.GetElapsedTime(closing.Since);

    private sealed record Closing(long Since, TimeSpan Wait, TokenError Error);
}

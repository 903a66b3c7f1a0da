namespace WorkloadIdentity.Governance;

/// <summary>When the background reading runs, and which credentials its metrics show.</summary>
public sealed class BackgroundInventoryOptions
{
    /// <summary>The time between the end of a reading and the next one.</summary>
    /// <value>At least one minute. The default is 6 hours.</value>
    public TimeSpan Interval { get; set; } = TimeSpan.FromHours(6);

    /// <summary>How long before its expiry a credential has a metric. Each application is one series.</summary>
    /// <value>More than zero. The default is 90 days.</value>
    public TimeSpan Horizon { get; set; } = TimeSpan.FromDays(90);
}

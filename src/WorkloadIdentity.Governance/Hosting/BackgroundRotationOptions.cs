namespace WorkloadIdentity.Governance;

/// <summary>When a service rotates credentials.</summary>
public sealed class BackgroundRotationOptions
{
    /// <summary>The time between two looks at the credentials.</summary>
    /// <value>At least one minute. The default is 1 hour.</value>
    public TimeSpan Interval { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How long before its expiry a credential is replaced.</summary>
    /// <value>More than zero. The default is 30 days.</value>
    public TimeSpan RenewBefore { get; set; } = TimeSpan.FromDays(30);
}

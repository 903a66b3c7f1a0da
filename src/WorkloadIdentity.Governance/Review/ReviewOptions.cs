namespace WorkloadIdentity.Governance;

/// <summary>What the review takes for soon, lately and long. All are positive.</summary>
public sealed class ReviewOptions
{
    /// <summary>A credential that ends within this time ends soon. The default is 30 days.</summary>
    public TimeSpan Soon { get; set; } = TimeSpan.FromDays(30);

    /// <summary>A credential that was used within this time is in use. The default is 14 days.</summary>
    public TimeSpan Lately { get; set; } = TimeSpan.FromDays(14);

    /// <summary>What is older than this and was not used within it is unused. The default is 90 days.</summary>
    public TimeSpan Unused { get; set; } = TimeSpan.FromDays(90);

    /// <summary>A secret should live no longer. The default is a year; a certificate may live twice as long.</summary>
    public TimeSpan LongestSecret { get; set; } = TimeSpan.FromDays(366);

    internal void Check()
    {
        Check(Soon, nameof(Soon));
        Check(Lately, nameof(Lately));
        Check(Unused, nameof(Unused));
        Check(LongestSecret, nameof(LongestSecret));
    }

    private static void Check(TimeSpan value, string name) =>
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero, name);
}

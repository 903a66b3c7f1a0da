namespace WorkloadIdentity;

/// <summary>
/// How a transient failure is retried: exponential delays with jitter and a limit. A server's Retry-After takes precedence.
/// </summary>
/// <remarks>A caller's cancellation ends a delay at once. Values are checked when a credential is constructed.</remarks>
public sealed class RetryOptions
{
    /// <summary>Attempts in all, the first included.</summary>
    /// <value>At least 1. The default is 3.</value>
    public int MaxAttempts { get; set; } = 3;

    /// <summary>The delay before the second attempt; it doubles from there.</summary>
    /// <value>More than zero. The default is 0.8 seconds.</value>
    public TimeSpan Delay { get; set; } = TimeSpan.FromSeconds(0.8);

    /// <summary>The longest delay between two attempts.</summary>
    /// <value>At least <see cref="Delay"/>. The default is 10 seconds.</value>
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long after the start of the first attempt a failure is still retried. A Retry-After that would pass it ends the attempts.
    /// </summary>
    /// <value>More than zero. The default is 30 seconds.</value>
    public TimeSpan TotalBudget { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long one attempt may take.</summary>
    /// <value>More than zero. The default is 15 seconds.</value>
    public TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>A copy that nobody else can change, after its values were checked.</summary>
    /// <exception cref="ArgumentException">A value is out of range.</exception>
    internal RetryOptions Checked()
    {
        Check(MaxAttempts >= 1, nameof(MaxAttempts), "at least 1");
        Check(Delay > TimeSpan.Zero, nameof(Delay), "more than zero");
        Check(MaxDelay >= Delay && MaxDelay <= TimeSpan.FromDays(1), nameof(MaxDelay), $"between {nameof(Delay)} and one day");
        Check(TotalBudget > TimeSpan.Zero, nameof(TotalBudget), "more than zero");
        Check(
            AttemptTimeout > TimeSpan.Zero && AttemptTimeout <= TimeSpan.FromHours(1),
            nameof(AttemptTimeout),
            "more than zero and at most one hour");
        return (RetryOptions)MemberwiseClone();

        static void Check(bool holds, string name, string range)
        {
            if (!holds)
            {
                throw new ArgumentException($"RetryOptions.{name} must be {range}.", name);
            }
        }
    }
}

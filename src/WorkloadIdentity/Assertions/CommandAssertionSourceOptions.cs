namespace WorkloadIdentity;

/// <summary>
/// How a <see cref="CommandAssertionSource"/> runs its command, and what it finds in the output. Read once, when the source is constructed.
/// </summary>
public sealed class CommandAssertionSourceOptions
{
    /// <summary>
    /// How long the command may run before it is ended. <see cref="RetryOptions.AttemptTimeout"/> of the credential lies over it.
    /// </summary>
    /// <value>More than zero, at most five minutes. The default is 10 seconds.</value>
    public TimeSpan TimeLimit { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The member of the output's JSON object that holds the assertion; null when the whole output is the assertion.</summary>
    public string? JsonField { get; set; }
}

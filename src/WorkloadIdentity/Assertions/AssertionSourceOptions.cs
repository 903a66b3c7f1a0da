namespace WorkloadIdentity;

/// <summary>
/// What an assertion source that asks a server works with. Read once, when the source is constructed. Variables, files and the clock are
/// those of the credential the source belongs to, and so is the schedule on which failures in passing are retried.
/// </summary>
public sealed class AssertionSourceOptions
{
    /// <summary>
    /// The client that asks; null uses one that follows no redirect and keeps no cookie. A client set here must do the same, and must not
    /// be one that attaches tokens. It is not disposed.
    /// </summary>
    public HttpClient? HttpClient { get; set; }

    /// <summary>
    /// How long the server may take for one answer. <see cref="RetryOptions.AttemptTimeout"/> of the credential lies over it.
    /// </summary>
    /// <value>More than zero, at most five minutes. The default is 10 seconds.</value>
    public TimeSpan TimeLimit { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>A copy that nobody else can change, after its values were checked.</summary>
    /// <exception cref="ArgumentException">A value is out of range.</exception>
    internal static AssertionSourceOptions Checked(AssertionSourceOptions? options)
    {
        options ??= new AssertionSourceOptions();
        return new AssertionSourceOptions { HttpClient = options.HttpClient, TimeLimit = CheckedLimit(options.TimeLimit) };
    }

    /// <summary>A time limit of a source, in range.</summary>
    internal static TimeSpan CheckedLimit(TimeSpan limit) => limit > TimeSpan.Zero && limit <= TimeSpan.FromMinutes(5)
        ? limit
        : throw new ArgumentException($"{nameof(TimeLimit)} must be more than zero and at most five minutes.", nameof(limit));

    /// <summary>The client for an address: what is on this machine is never reached through a proxy.</summary>
    internal HttpClient ClientFor(Uri address) =>
        HttpClient ?? (Authority.IsLiteralLoopback(address) ? Backchannel.Local : Backchannel.Entra);
}

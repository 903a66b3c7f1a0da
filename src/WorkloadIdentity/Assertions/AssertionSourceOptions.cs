namespace WorkloadIdentity;

/// <summary>
/// Options of the assertion sources that send a request to a server. They are read once, when the source is constructed. Environment,
/// files, clock and retries are those of the credential that uses the source.
/// </summary>
public sealed class AssertionSourceOptions
{
    internal static readonly TimeSpan DefaultLimit = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The client that sends the request. Null uses one that follows no redirects and keeps no cookies. A client set here must do the
    /// same and must not attach tokens. It is not disposed.
    /// </summary>
    public HttpClient? HttpClient { get; set; }

    /// <summary>
    /// How long the server may take for one answer. <see cref="RetryOptions.AttemptTimeout"/> of the credential applies as well.
    /// </summary>
    /// <value>More than zero, at most five minutes. The default is 10 seconds.</value>
    public TimeSpan TimeLimit { get; set; } = DefaultLimit;

    /// <summary>A copy that nobody else can change, with its values checked.</summary>
    /// <exception cref="ArgumentException">A value is out of range.</exception>
    internal static AssertionSourceOptions Checked(AssertionSourceOptions? options)
    {
        options ??= new AssertionSourceOptions();
        return new AssertionSourceOptions
        {
            HttpClient = options.HttpClient,
            TimeLimit = CheckedLimit(options.TimeLimit, nameof(options)),
        };
    }

    /// <summary>The time limit of a source, if it is in range.</summary>
    internal static TimeSpan CheckedLimit(TimeSpan limit, string parameter) => limit > TimeSpan.Zero && limit <= TimeSpan.FromMinutes(5)
        ? limit
        : throw new ArgumentException($"{nameof(TimeLimit)} must be more than zero and at most five minutes.", parameter);

    /// <summary>The client for an address: an address on this machine is never reached through a proxy.</summary>
    internal HttpClient ClientFor(Uri address) =>
        HttpClient ?? (LiteralAddress.IsLoopback(address) ? Backchannel.Local : Backchannel.Entra);
}

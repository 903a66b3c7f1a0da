namespace WorkloadIdentity;

/// <summary>Sends the request of an assertion source, within a time limit. Immutable.</summary>
/// <param name="client">The caller's client; null uses the library's own.</param>
/// <param name="timeLimit">How long the server may take for one answer; null means 10 seconds.</param>
internal sealed class AssertionClient(HttpClient? client, TimeSpan? timeLimit)
{
    public TimeSpan TimeLimit { get; } = Limit(timeLimit);

    /// <summary>The time limit of a source, or the default.</summary>
    /// <exception cref="ArgumentException">The limit is out of range.</exception>
    public static TimeSpan Limit(TimeSpan? timeLimit) => timeLimit switch
    {
        null => TimeSpan.FromSeconds(10),
        { } limit when limit > TimeSpan.Zero && limit <= TimeSpan.FromMinutes(5) => limit,
        _ => throw new ArgumentException("The time limit must be more than zero and at most five minutes.", nameof(timeLimit)),
    };

    /// <summary>The client for an address: an address on this machine is never reached through a proxy.</summary>
    public HttpClient For(Uri address) => client ?? (LiteralAddress.IsLoopback(address) ? Backchannel.Local : Backchannel.Entra);

    /// <summary>The client for a server of the machine's own network, which is never reached through a proxy.</summary>
    public HttpClient ForLocal() => client ?? Backchannel.Local;
}

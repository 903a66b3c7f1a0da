namespace WorkloadIdentity;

/// <summary>
/// Where the assertions of another issuer come from (RFC 7523 section 2.2): a file a platform rotates, a CI system, another cloud.
/// Derive from it to add one. It is asked for every token request and need not cache. Implementations must be safe for concurrent use.
/// </summary>
public abstract class AssertionSource
{
    /// <summary>
    /// A short name in lower case, such as <c>federated token file</c>: it stands in errors and logs, and names the credential.
    /// </summary>
    public abstract string Name { get; }

    /// <summary>
    /// What it looks for, in words for a report: <c>the token file '/var/run/secrets/token'</c>. Must not hold a secret. Null says nothing.
    /// </summary>
    protected internal virtual string? LooksFor => null;

    /// <summary>Gets an assertion that is valid now.</summary>
    /// <param name="request">Who will show it to whom, and what for.</param>
    /// <param name="cancellationToken">Ends the attempt; a time limit of its own is behind it too.</param>
    /// <returns>
    /// The same three verdicts a credential gives: "not here" lets a chain go on, a failure stops it. What is thrown becomes a failure.
    /// </returns>
    public abstract ValueTask<AssertionResult> GetAssertionAsync(AssertionRequest request, CancellationToken cancellationToken);

    /// <summary>The source's name.</summary>
    public sealed override string ToString() => Name;
}

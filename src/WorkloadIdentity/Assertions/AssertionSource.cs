namespace WorkloadIdentity;

/// <summary>
/// A source of assertions that another issuer signs (RFC 7523 section 2.2): a file that the platform rotates, a build system, another
/// cloud. <see cref="AssertionSources"/> lists those of this library, such as <c>AssertionSource.FromFile(path)</c>. Derive from this class
/// to add one. It is called for every token request and need not cache. Implementations must be safe for concurrent use.
/// </summary>
public abstract class AssertionSource
{
    /// <summary>
    /// A short name in lower case, such as <c>federated token file</c>. It appears in errors and logs, and names the credential.
    /// </summary>
    public abstract string Name { get; }

    /// <summary>
    /// What the source looks for, for a report: <c>the token file '/var/run/secrets/token'</c>. No secret. Null leaves it out.
    /// </summary>
    protected internal virtual string? LooksFor => null;

    /// <summary>Gets an assertion that is valid now.</summary>
    /// <param name="request">What the assertion is for.</param>
    /// <param name="cancellationToken">Ends the attempt. It is also cancelled at the time limit of the attempt.</param>
    /// <returns>
    /// One of the three verdicts of a credential. After "unavailable" a chain goes on; a failure stops it. An exception becomes a failure.
    /// </returns>
    public abstract ValueTask<AssertionResult> GetAssertionAsync(AssertionRequest request, CancellationToken cancellationToken);

    /// <summary>The source's name.</summary>
    public sealed override string ToString() => Name;
}

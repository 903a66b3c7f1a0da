namespace WorkloadIdentity.Tool;

/// <summary>An environment variable that affects authentication, and what may be shown of it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="ProblemOf">Says what is wrong with a value, without quoting it. Null if any value is valid.</param>
internal sealed record KnownVariable(string Name, Func<string, string?>? ProblemOf = null)
{
    /// <summary>Whether the value is a secret, which is never shown.</summary>
    public bool IsSecret { get; init; }

    /// <summary>Whether the value is the path of a file.</summary>
    public bool IsFile { get; init; }

    /// <summary>Whether that file holds a private key, which no other user should be able to read.</summary>
    public bool IsPrivate { get; init; }

    /// <summary>Whether that file holds an assertion, which the platform must renew.</summary>
    public bool IsAssertion { get; init; }

    /// <summary>Whether the value is a URL. Its secret parts are hidden.</summary>
    public bool IsAddress { get; init; }
}

namespace WorkloadIdentity.Tool;

/// <summary>A variable that matters, and what may be told of it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="ProblemOf">What is wrong with a value, without quoting it; null where nothing can be.</param>
internal sealed record KnownVariable(string Name, Func<string, string?>? ProblemOf = null)
{
    /// <summary>Its value is never shown.</summary>
    public bool IsSecret { get; init; }

    /// <summary>It names a file.</summary>
    public bool IsFile { get; init; }

    /// <summary>That file holds a private key: nobody else should be able to read it.</summary>
    public bool IsPrivate { get; init; }

    /// <summary>That file holds an assertion, which somebody has to keep fresh.</summary>
    public bool IsAssertion { get; init; }

    /// <summary>It is a URL: what is secret in it is hidden, the rest is shown.</summary>
    public bool IsAddress { get; init; }
}

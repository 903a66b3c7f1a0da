namespace WorkloadIdentity.Governance;

/// <summary>One request.</summary>
internal sealed record GraphCall(HttpMethod Method, Uri Address)
{
    public LimitGroup Group { get; init; }

    public int Units { get; init; } = 1;

    /// <summary>How many of its parts select <c>keyCredentials</c>.</summary>
    public int KeyReads { get; init; }

    public bool IsAdvanced { get; init; }

    public byte[]? Body { get; init; }

    /// <summary>
    /// The headers of a read, alone or in a batch. Without the first, Graph hides the members of lists that it added later, such as risk
    /// details of service principals. The second lets other work of the tenant go first.
    /// </summary>
    /// <param name="isAdvanced">Whether the read is an advanced query.</param>
    public static IEnumerable<(string Name, string Value)> Headers(bool isAdvanced)
    {
        yield return ("Prefer", "include-unknown-enum-members");
        yield return ("x-ms-throttle-priority", "low");
        if (isAdvanced)
        {
            yield return ("ConsistencyLevel", "eventual");
        }
    }

    /// <summary>For messages: the method and the path, without the query.</summary>
    public override string ToString() => $"{Method} {Address.AbsolutePath}";
}

namespace WorkloadIdentity.Governance;

/// <summary>One request. All of them read, so each may be sent again.</summary>
internal sealed record GraphCall(HttpMethod Method, Uri Address)
{
    public LimitGroup Group { get; init; }

    public int Units { get; init; } = 1;

    /// <summary>How many of its parts select <c>keyCredentials</c>.</summary>
    public int KeyReads { get; init; }

    public bool IsAdvanced { get; init; }

    public byte[]? Body { get; init; }

    /// <summary>For messages: the method and the path, without the query.</summary>
    public override string ToString() => $"{Method} {Address.AbsolutePath}";
}

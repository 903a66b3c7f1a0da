namespace WorkloadIdentity.Tool;

/// <summary>A workload that an application shall trust.</summary>
/// <param name="Issuer">The issuer of its tokens.</param>
/// <param name="Subject">The subject of its tokens.</param>
internal sealed record TrustedWorkload(string Issuer, string Subject)
{
    /// <summary>The audience of its tokens, if it cannot be chosen; null for the cloud's.</summary>
    public string? Audience { get; init; }

    /// <summary>Where its tokens come from, if that is this machine; else null.</summary>
    public AssertionSource? Source { get; init; }
}

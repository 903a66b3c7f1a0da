namespace WorkloadIdentity.Tool;

/// <summary>Why a request to the identity endpoint gets no token.</summary>
/// <param name="Status">The HTTP status. Clients repeat a request after 429 and 503.</param>
/// <param name="Message">The reason, without secrets. The caller and the developer read it.</param>
internal sealed record EndpointRefusal(int Status, string Message)
{
    /// <summary>The value of <c>Retry-After</c>; null if the issuer gave none.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The failure behind it, for standard error. Null if the request itself was wrong.</summary>
    public ToolException? Failure { get; init; }
}

namespace WorkloadIdentity.Tool;

/// <summary>What one caller can take of the endpoint. Libraries ask about once an hour, with a few hundred bytes.</summary>
internal sealed record EndpointLimits
{
    public int Connections { get; init; } = 256;

    /// <summary>How long the request line and the headers may take.</summary>
    public TimeSpan Headers { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a connection may stay open without a request.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(30);

    public int RequestLineBytes { get; init; } = 4 * 1024;

    public int HeaderBytes { get; init; } = 8 * 1024;

    public int HeaderCount { get; init; } = 50;
}

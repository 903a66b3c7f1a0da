namespace WorkloadIdentity.Governance;

/// <summary>When an identity signed in last, in each way. Null means that the report has no such sign-in.</summary>
public sealed record IdentityActivity
{
    internal static IdentityActivity None { get; } = new();

    /// <summary>The last of all.</summary>
    public DateTimeOffset? LastSignIn { get; init; }

    /// <summary>As a client, for itself.</summary>
    public DateTimeOffset? AsApplication { get; init; }

    /// <summary>As a client, for a user.</summary>
    public DateTimeOffset? ForUsers { get; init; }

    /// <summary>As the API that others called.</summary>
    public DateTimeOffset? AsResource { get; init; }
}

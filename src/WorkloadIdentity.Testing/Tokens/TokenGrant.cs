namespace WorkloadIdentity.Testing;

/// <summary>What a request was found entitled to: the content of a token before it is signed.</summary>
internal sealed class TokenGrant
{
    public required EmulatedTenant Tenant { get; init; }

    public required string ClientId { get; init; }

    public required string ObjectId { get; init; }

    /// <summary>The <c>sub</c> where it is not the object id: a blueprint's token for one of its agent identities.</summary>
    public string? Subject { get; init; }

    /// <summary>The principal whose revocation this token falls under.</summary>
    public Sessions? Sessions { get; init; }

    public required string Audience { get; init; }

    public required TimeSpan Lifetime { get; init; }

    public ClientAuthenticationMethod Authentication { get; init; }

    public IReadOnlyList<string> Roles { get; init; } = [];

    /// <summary>Set when the token speaks for a user; then <see cref="Permissions"/> lists what was delegated.</summary>
    public string? UserName { get; init; }

    public string Permissions { get; init; } = "";

    public bool ContinuousAccess { get; set; }

    /// <summary>The SHA-256 of the certificate that the token is bound to; null for an ordinary one.</summary>
    public string? BoundTo { get; init; }

    /// <summary>The ARM id of a managed identity.</summary>
    public string? ResourceId { get; init; }
}

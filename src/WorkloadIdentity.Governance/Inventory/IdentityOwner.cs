namespace WorkloadIdentity.Governance;

/// <summary>Who answers for an identity.</summary>
public sealed record IdentityOwner
{
    /// <summary>The object id.</summary>
    public required string Id { get; init; }

    /// <summary>Where the owner is listed.</summary>
    public required OwnerSource Source { get; init; }

    /// <summary>The type without its namespace, such as <c>user</c> or <c>servicePrincipal</c>; null if Graph did not send it.</summary>
    public string? Type { get; init; }

    /// <summary>The name.</summary>
    public string? DisplayName { get; init; }

    /// <summary>A user's sign-in name.</summary>
    public string? UserPrincipalName { get; init; }

    /// <summary>Whether the owner may sign in.</summary>
    public bool? IsEnabled { get; init; }

    /// <summary>
    /// Whether Graph sent the id alone, because the caller may not read this kind of object (users: <c>User.ReadBasic.All</c>). Then name
    /// and state are not known.
    /// </summary>
    public bool IsHidden { get; init; }
}

namespace WorkloadIdentity.Governance;

/// <summary>
/// An application permission that an API offers. See <see href="https://learn.microsoft.com/graph/api/resources/approle">appRole</see>.
/// </summary>
public sealed class AppRole
{
    /// <summary>The id of the role. It is unique within its API only.</summary>
    public string Id { get; init; } = "";

    /// <summary>What tokens carry in the claim <c>roles</c>, such as <c>Mail.Read</c>.</summary>
    public string? Value { get; init; }

    /// <summary>The name shown to administrators.</summary>
    public string? DisplayName { get; init; }

    /// <summary>Whether the role can be assigned.</summary>
    public bool? IsEnabled { get; init; }

    /// <summary><c>Application</c>, <c>User</c> or both.</summary>
    public IReadOnlyList<string>? AllowedMemberTypes { get; init; }
}

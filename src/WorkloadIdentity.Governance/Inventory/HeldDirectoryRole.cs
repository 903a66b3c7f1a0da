namespace WorkloadIdentity.Governance;

/// <summary>A directory role of an identity.</summary>
/// <param name="RoleId">The role's definition.</param>
/// <param name="Scope">Where it applies: <c>/</c> is the whole directory.</param>
public sealed record HeldDirectoryRole(string RoleId, string Scope)
{
    /// <summary>The name, such as <c>Global Administrator</c>; null if the definitions could not be read.</summary>
    public string? Name { get; init; }

    /// <summary>The id of the built-in role, the same in every tenant.</summary>
    public string? TemplateId { get; init; }

    /// <summary>Whether the role has to be activated first.</summary>
    public bool IsEligible { get; init; }

    /// <summary>When it ends; null if it does not.</summary>
    public DateTimeOffset? EndsOn { get; init; }
}

namespace WorkloadIdentity.Governance;

/// <summary>
/// A directory role. See
/// <see href="https://learn.microsoft.com/graph/api/resources/unifiedroledefinition">unifiedRoleDefinition</see>.
/// </summary>
public sealed class DirectoryRole
{
    /// <summary>The id of the definition.</summary>
    public string Id { get; init; } = "";

    /// <summary>The name, such as <c>Global Administrator</c>.</summary>
    public string? DisplayName { get; init; }

    /// <summary>The same for a built-in role in every tenant.</summary>
    public string? TemplateId { get; init; }

    /// <summary>Whether Microsoft defined it.</summary>
    public bool? IsBuiltIn { get; init; }
}

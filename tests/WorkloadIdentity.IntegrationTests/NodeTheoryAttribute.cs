namespace WorkloadIdentity.IntegrationTests;

/// <summary>A theory that needs Node.js: skipped with a message where there is none, except under CI, where it then fails.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NodeTheoryAttribute : TheoryAttribute
{
    /// <inheritdoc cref="NodeTheoryAttribute"/>
    public NodeTheoryAttribute() => Skip = Node.SkipReason;
}

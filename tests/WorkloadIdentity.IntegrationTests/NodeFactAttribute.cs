namespace WorkloadIdentity.IntegrationTests;

/// <summary>A fact that needs Node.js: skipped with a message where there is none, except under CI, where it then fails.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NodeFactAttribute : FactAttribute
{
    /// <inheritdoc cref="NodeFactAttribute"/>
    public NodeFactAttribute() => Skip = Node.SkipReason;
}

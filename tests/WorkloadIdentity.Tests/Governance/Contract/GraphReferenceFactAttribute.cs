namespace WorkloadIdentity.Tests;

/// <summary>A fact that reads the reference of Microsoft Graph. It is skipped, and says so, where that is absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class GraphReferenceFactAttribute : FactAttribute
{
    /// <inheritdoc cref="GraphReferenceFactAttribute"/>
    public GraphReferenceFactAttribute() => Skip = GraphReference.SkipReason;
}

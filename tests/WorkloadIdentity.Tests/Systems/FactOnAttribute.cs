namespace WorkloadIdentity.Tests;

/// <summary>A test of what only some systems have. On the others it is skipped.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FactOnAttribute : FactAttribute
{
    /// <inheritdoc cref="FactOnAttribute"/>
    /// <param name="systems">Where it runs.</param>
    public FactOnAttribute(Systems systems)
    {
        Systems = systems;
        Skip = OtherSystem.Reason(systems);
    }

    /// <summary>Where it runs.</summary>
    public Systems Systems { get; }
}

namespace WorkloadIdentity.Tests;

/// <summary>A theory about what only some systems have. On the others it is skipped.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class TheoryOnAttribute : TheoryAttribute
{
    /// <inheritdoc cref="TheoryOnAttribute"/>
    /// <param name="systems">Where it runs.</param>
    public TheoryOnAttribute(Systems systems)
    {
        Systems = systems;
        Skip = OtherSystem.Reason(systems);
    }

    /// <summary>Where it runs.</summary>
    public Systems Systems { get; }
}

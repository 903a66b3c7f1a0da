using WorkloadIdentity.Tests;

namespace WorkloadIdentity.IntegrationTests;

/// <summary>A theory that needs Redis: skipped with a message where there is none, except under CI, where it then fails.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RedisTheoryAttribute : TheoryAttribute
{
    /// <inheritdoc cref="RedisTheoryAttribute"/>
    public RedisTheoryAttribute() => Skip = OtherSystem.Reason(Systems.Linux)
        ?? (LocalRedis.Program is null && !Node.UnderCI ? LocalRedis.HowToInstall : null);
}

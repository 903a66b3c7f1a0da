using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microsoft.Extensions.DependencyInjection;

public static partial class WorkloadIdentityExtensions
{
    /// <summary>
    /// Adds one check over all identities registered with <c>AddWorkloadIdentity</c>. It reports how the latest acquisition for each
    /// resource ended and what remains of tokens and certificates, and asks nobody.
    /// </summary>
    /// <remarks>
    /// Healthy when no token was needed yet or all were had; Degraded when a refresh failed behind a living token, or a client certificate
    /// ends within seven days; <paramref name="failureStatus"/> when a token is needed and none lives. What a single tenant or user was
    /// refused does not count. Use it for readiness, not for liveness: a restart brings no token. Acquirers that were not made by this
    /// library are not reported.
    /// </remarks>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The check's name.</param>
    /// <param name="failureStatus">What to report when no token can be had; null for Unhealthy.</param>
    /// <param name="tags">To filter checks by.</param>
    public static IHealthChecksBuilder AddWorkloadIdentity(
        this IHealthChecksBuilder builder, string name = "workload-identity", HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(new HealthCheckRegistration(name, services => new WorkloadIdentityHealthCheck(services), failureStatus, tags));
    }
}

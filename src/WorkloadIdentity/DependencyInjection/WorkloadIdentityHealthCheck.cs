using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using WorkloadIdentity;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>
/// Reports how the latest acquisitions ended and how long their tokens are still valid. It sends nothing: probes of a hundred instances
/// must not become load on Entra, and an outage of Entra must not restart all of them.
/// </summary>
internal sealed class WorkloadIdentityHealthCheck(IServiceProvider services) : IHealthCheck
{
    private static readonly TimeSpan CertificateNotice = TimeSpan.FromDays(7);

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var now = (services.GetService<TimeProvider>() ?? TimeProvider.System).GetUtcNow();
        var data = new Dictionary<string, object>();
        var problems = new List<string>();
        var status = HealthStatus.Healthy;
        foreach (var identity in services.GetServices<RegisteredIdentity>())
        {
            if (Find(identity, problems) is not { } acquirer)
            {
                status = Worse(status, context.Registration.FailureStatus);
            }
            else if (acquirer is TokenAcquirer { Health: var health })
            {
                foreach (var (resource, outcome) in health)
                {
                    status = Worse(status, Judge(outcome, now, context.Registration.FailureStatus));
                    Describe(identity.Name.Length == 0 ? resource : $"{identity.Name}: {resource}", outcome, now, data, problems);
                }
            }
        }

        var description =
            problems.Count > 0 ? string.Join(' ', problems) : data.Count == 0 ? "No token was needed yet." : "All tokens live.";
        return Task.FromResult(new HealthCheckResult(status, description, exception: null, data));
    }

    /// <summary>The acquirer of an identity; null if its settings are wrong. Nothing is sent to make it.</summary>
    private ITokenAcquirer? Find(RegisteredIdentity identity, List<string> problems)
    {
        try
        {
            return services.GetRequiredKeyedService<ITokenAcquirer>(RegisteredIdentity.ServiceKey(identity.Name));
        }
        catch (Exception exception) when (exception is OptionsValidationException or InvalidOperationException)
        {
            problems.Add(exception.Message);
            return null;
        }
    }

    private static HealthStatus Judge(ResourceHealth outcome, DateTimeOffset now, HealthStatus failure) =>
        outcome.Error is null ? outcome.ProofEndsOn - now < CertificateNotice ? HealthStatus.Degraded : HealthStatus.Healthy
        : outcome.ExpiresOn > now ? HealthStatus.Degraded
        : failure;

    private static void Describe(
        string key, ResourceHealth outcome, DateTimeOffset now, Dictionary<string, object> data, List<string> problems)
    {
        var lives =
            outcome.ExpiresOn is { } until && until > now
                ? string.Create(CultureInfo.InvariantCulture, $"lives {(until - now).TotalMinutes:0} min")
                : "no living token";
        data[key] = outcome.Error is { } failed
            ? $"failed ({failed.Kind}{(failed.EntraErrorCodes.Count == 0 ? "" : $", AADSTS{failed.EntraErrorCodes[0]}")}), {lives}"
            : $"issued by {outcome.Source ?? "unnamed"}, {lives}";
        if (outcome.Error is { } error)
        {
            problems.Add($"{key}: {error.Kind}, {lives}.");
        }

        if (outcome.ProofEndsOn is { } ends)
        {
            var days = Math.Max(0, (int)(ends - now).TotalDays);
            data[$"{key} (certificate)"] = $"expires in {days} days";
            if (ends - now < CertificateNotice)
            {
                problems.Add($"{key}: the client certificate expires in {days} days.");
            }
        }
    }

    // Unhealthy is 0, Degraded 1, Healthy 2.
    private static HealthStatus Worse(HealthStatus one, HealthStatus other) => one < other ? one : other;
}

using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace WorkloadIdentity.Aspire.Hosting;

/// <summary>
/// Whether the emulator answers. Its page is asked for, because no injected fault affects it and it leaves nothing in the journal.
/// </summary>
internal sealed class EntraEmulatorHealthCheck(EntraEmulatorResource resource) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (resource.Emulator is not { } entra)
        {
            return HealthCheckResult.Unhealthy("The emulator does not run.");
        }

        using var client = new HttpClient(entra.CreateHandler());
        try
        {
            using var response = await client.GetAsync(entra.PageAddress, cancellationToken).ConfigureAwait(false);
            return response.IsSuccessStatusCode
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Unhealthy($"The emulator answered {(int)response.StatusCode}.");
        }
        catch (HttpRequestException exception)
        {
            return HealthCheckResult.Unhealthy("The emulator does not answer.", exception);
        }
    }
}

using System.Net.Http.Headers;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace WorkloadIdentity.Aspire.Hosting;

/// <summary>
/// Whether the emulator answers. The admin API is asked, because no injected fault affects it and it leaves nothing in the journal.
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
        using var request = new HttpRequestMessage(HttpMethod.Get, entra.AdminAddress)
        {
            Headers = { Authorization = new AuthenticationHeaderValue("Bearer", entra.AdminToken) },
        };
        try
        {
            using var response = await client.SendAsync(request, cancellationToken).ConfigureAwait(false);
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

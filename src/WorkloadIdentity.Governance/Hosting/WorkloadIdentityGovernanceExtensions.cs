using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using WorkloadIdentity;
using WorkloadIdentity.Governance;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the reading of a tenant's workload identities.</summary>
public static class WorkloadIdentityGovernanceExtensions
{
    /// <summary>
    /// Registers <see cref="GraphClient"/>, <see cref="InventoryReader"/> and <see cref="LatestInventory"/> as singletons. Their tokens are
    /// those of a registered identity (<c>AddWorkloadIdentity</c>).
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="identity">The name of the identity; null for the default one.</param>
    public static WorkloadIdentityGovernanceBuilder AddWorkloadIdentityGovernance(
        this IServiceCollection services, string? identity = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptions();
        services.AddLogging();
        services.TryAddSingleton<LatestInventory>();
        services.TryAddSingleton(provider =>
        {
            var options = provider.GetRequiredService<IOptions<GraphClientOptions>>().Value;
            options.LoggerFactory ??= provider.GetService<ILoggerFactory>();
            options.MeterFactory ??= provider.GetService<IMeterFactory>();
            return new GraphClient(
                identity is null
                    ? provider.GetRequiredService<ITokenAcquirer>()
                    : provider.GetRequiredKeyedService<ITokenAcquirer>(identity),
                options);
        });
        services.TryAddSingleton(provider => new InventoryReader(
            provider.GetRequiredService<GraphClient>(), provider.GetRequiredService<IOptions<InventoryOptions>>().Value));
        return new WorkloadIdentityGovernanceBuilder(services);
    }
}

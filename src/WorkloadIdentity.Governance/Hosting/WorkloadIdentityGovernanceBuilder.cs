using Microsoft.Extensions.DependencyInjection.Extensions;
using WorkloadIdentity.Governance;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Configures the reading of a tenant.</summary>
public sealed class WorkloadIdentityGovernanceBuilder
{
    internal WorkloadIdentityGovernanceBuilder(IServiceCollection services)
    {
        Services = services;
    }

    /// <summary>The services that it is registered in.</summary>
    public IServiceCollection Services { get; }

    /// <summary>Sets how Graph is reached.</summary>
    /// <param name="configure">Sets the options. It is called once, at first use.</param>
    public WorkloadIdentityGovernanceBuilder ConfigureGraph(Action<GraphClientOptions> configure)
    {
        Services.Configure(configure);
        return this;
    }

    /// <summary>Sets what is kept between readings and what is read again.</summary>
    /// <param name="configure">Sets the options. It is called once, at first use.</param>
    public WorkloadIdentityGovernanceBuilder ConfigureInventory(Action<InventoryOptions> configure)
    {
        Services.Configure(configure);
        return this;
    }

    /// <summary>
    /// Reads the tenant while the host runs, at start and then at an interval. <see cref="LatestInventory"/> has the result, and metrics
    /// show which credential expires next.
    /// </summary>
    /// <param name="configure">Sets the interval. It is called once, at start.</param>
    public WorkloadIdentityGovernanceBuilder AddBackgroundInventory(Action<BackgroundInventoryOptions>? configure = null)
    {
        Services.AddOptions<BackgroundInventoryOptions>()
            .Configure(configure ?? (_ => { }))
            .Validate(
                options => options.Interval >= TimeSpan.FromMinutes(1) && options.Interval < TimeSpan.FromDays(49),
                "BackgroundInventoryOptions.Interval must be between one minute and 49 days.")
            .Validate(options => options.Horizon > TimeSpan.Zero, "BackgroundInventoryOptions.Horizon must be more than zero.")
            .ValidateOnStart();
        Services.AddMetrics();
        Services.TryAddSingleton<InventoryMetrics>();
        Services.AddHostedService<InventoryWorker>();
        return this;
    }
}

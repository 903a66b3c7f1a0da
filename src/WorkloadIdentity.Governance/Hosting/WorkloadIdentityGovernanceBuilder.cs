using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
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

    /// <summary>
    /// Rotates credentials while the host runs: each is replaced before it expires, and the old one is removed when nothing uses it any
    /// more. Every plan is shown to the registered <see cref="IChangeApproval"/> first, and to each <see cref="IChangeAudit"/> afterwards.
    /// </summary>
    /// <param name="requests">What is rotated, one request for each application and destination. It is called once, at start.</param>
    /// <param name="configure">Sets the schedule. It is called once, at start.</param>
    /// <param name="rotation">How rotations are made; null for the defaults.</param>
    public WorkloadIdentityGovernanceBuilder AddCredentialRotation(
        Func<IServiceProvider, IEnumerable<RotationRequest>> requests, Action<BackgroundRotationOptions>? configure = null,
        RotationOptions? rotation = null)
    {
        ArgumentNullException.ThrowIfNull(requests);
        Services.AddOptions<BackgroundRotationOptions>()
            .Configure(configure ?? (_ => { }))
            .Validate(
                options => options.Interval >= TimeSpan.FromMinutes(1) && options.Interval < TimeSpan.FromDays(49),
                "BackgroundRotationOptions.Interval must be between one minute and 49 days.")
            .Validate(options => options.RenewBefore > TimeSpan.Zero, "BackgroundRotationOptions.RenewBefore must be more than zero.")
            .ValidateOnStart();
        Services.AddMetrics();
        Services.TryAddSingleton(provider => new CredentialRotation(provider.GetRequiredService<GraphClient>(), rotation));
        Services.AddSingleton<IHostedService>(provider => new RotationWorker(
            provider.GetRequiredService<CredentialRotation>(),
            [.. requests(provider).Select(request => request.Checked())],
            provider.GetService<IChangeApproval>() ?? throw new InvalidOperationException(
                "A service that rotates credentials needs an approval. Register an IChangeApproval."),
            provider.GetServices<IChangeAudit>(),
            provider.GetRequiredService<IOptions<BackgroundRotationOptions>>(),
            provider.GetRequiredService<GraphClient>(),
            provider.GetRequiredService<ILoggerFactory>(),
            provider.GetRequiredService<IMeterFactory>()));
        return this;
    }
}

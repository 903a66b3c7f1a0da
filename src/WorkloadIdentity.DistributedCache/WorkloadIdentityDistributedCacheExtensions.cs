using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Logging;
using WorkloadIdentity.DistributedCache;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Lets the processes of a fleet share the tokens of an identity.</summary>
public static class WorkloadIdentityDistributedCacheExtensions
{
    /// <inheritdoc cref="AddDistributedCache(WorkloadIdentityBuilder, Action{IServiceProvider, DistributedTokenStoreOptions})"/>
    public static WorkloadIdentityBuilder AddDistributedCache(
        this WorkloadIdentityBuilder builder, Action<DistributedTokenStoreOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return builder.AddDistributedCache((_, options) => configure(options));
    }

    /// <summary>
    /// Keeps the identity's tokens in the registered <see cref="IDistributedCache"/> as well, where other processes of the same identity
    /// find them. A token that is held is served from memory as before. Not for chains, system-assigned managed identities, or credentials
    /// without a partition: the host does not start with them.
    /// </summary>
    /// <param name="builder">Of an identity with a credential of its own.</param>
    /// <param name="configure">Sets at least <see cref="DistributedTokenStoreOptions.NamingKey"/> and
    /// <see cref="DistributedTokenStoreOptions.Protection"/>. Called once, when the host starts.</param>
    /// <exception cref="InvalidOperationException">The identity is an acquirer that was made before, or has a token store
    /// already.</exception>
    public static WorkloadIdentityBuilder AddDistributedCache(
        this WorkloadIdentityBuilder builder, Action<IServiceProvider, DistributedTokenStoreOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        return builder.UseTokenStore(services => Create(services, configure), nameof(AddDistributedCache));
    }

    private static DistributedTokenStore Create(
        IServiceProvider services, Action<IServiceProvider, DistributedTokenStoreOptions> configure)
    {
        var cache = services.GetService<IDistributedCache>()
            ?? throw new ArgumentException(
                "No IDistributedCache is registered. Add one, such as services.AddStackExchangeRedisCache(…) of "
                    + "Microsoft.Extensions.Caching.StackExchangeRedis.");
        var options = new DistributedTokenStoreOptions { LoggerFactory = services.GetService<ILoggerFactory>() };
        options.TimeProvider = services.GetService<TimeProvider>() ?? options.TimeProvider;
        configure(services, options);
        return new DistributedTokenStore(cache, options);
    }
}

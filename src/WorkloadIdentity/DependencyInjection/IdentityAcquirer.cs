using Microsoft.Extensions.Options;
using WorkloadIdentity;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Makes the acquirer of a registered identity, at its first use.</summary>
internal static class IdentityAcquirer
{
    public static ITokenAcquirer Create(IServiceProvider services, string name)
    {
        var options = Options(services, name);
        var credential = options.CredentialFactory is { } create
            ? create(services)
                ?? throw new InvalidOperationException(
                    $"{RegisteredIdentity.Describe(name)}: the function given to UseCredential returned null.")
            : options.Planned!;

        // Made with the acquirer, so that a later reload is compared with what was read now.
        _ = services.GetKeyedService<SectionWatch>(name);
        return new TokenAcquirer(credential, options.Acquirer);
    }

    /// <summary>
    /// The options cache also keeps the exception of a failed validation. It is removed, so that a setting that appears later counts.
    /// </summary>
    private static WorkloadIdentityOptions Options(IServiceProvider services, string name)
    {
        try
        {
            return services.GetRequiredService<IOptionsMonitor<WorkloadIdentityOptions>>().Get(name);
        }
        catch
        {
            services.GetRequiredService<IOptionsMonitorCache<WorkloadIdentityOptions>>().TryRemove(name);
            throw;
        }
    }
}

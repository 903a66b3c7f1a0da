using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace WorkloadIdentity.Testing;

/// <summary>Puts a credential of the test's choosing in place of every identity an application registered.</summary>
public static class ReplaceWorkloadIdentityExtensions
{
    /// <summary>
    /// Replaces every registered <see cref="ITokenAcquirer"/>, the default one and those registered under a name, by one over
    /// <paramref name="credential"/>, each with a cache of its own. Call it after the application's registrations (with
    /// <c>WebApplicationFactory</c>: in <c>ConfigureTestServices</c>). Where none is registered, an default one is.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="credential">Usually <see cref="FakeCredential.Issuing(string, TimeSpan?, TimeProvider?)"/>.</param>
    /// <remarks>The acquirers run on the <see cref="TimeProvider"/> the application registered, if it did.</remarks>
    /// <exception cref="InvalidOperationException">The host's environment is Production. Thrown when an acquirer is first
    /// resolved.</exception>
    public static IServiceCollection ReplaceWorkloadIdentity(this IServiceCollection services, Credential credential)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(credential);
        var names =
            services.Where(service => service.ServiceType == typeof(ITokenAcquirer)).Select(service => service.ServiceKey).Distinct()
                .ToList();
        for (var i = services.Count - 1; i >= 0; i--)
        {
            if (services[i].ServiceType == typeof(ITokenAcquirer))
            {
                services.RemoveAt(i);
            }
        }

        foreach (var name in names.Count == 0 ? [null] : names)
        {
            services.Add(name is null
                ? ServiceDescriptor.Singleton<ITokenAcquirer>(provider => Create(provider, credential))
                : ServiceDescriptor.KeyedSingleton<ITokenAcquirer>(name, (provider, _) => Create(provider, credential)));
        }

        return services;
    }

    private static TokenAcquirer Create(IServiceProvider services, Credential credential)
    {
        if (services.GetService<IHostEnvironment>() is { } host)
        {
            ProductionGuard.Require(host);
        }

        return new TokenAcquirer(
            credential, new TokenAcquirerOptions { TimeProvider = services.GetService<TimeProvider>() ?? TimeProvider.System });
    }
}

using System.ClientModel;
using Azure.Core;
using Microsoft.Extensions.Logging;
using WorkloadIdentity;
using WorkloadIdentity.Azure;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers an identity for clients of the Azure SDK and of System.ClientModel.</summary>
public static class WorkloadIdentityTokenCredentialExtensions
{
    /// <summary>
    /// Registers the identity as a singleton <see cref="TokenCredential"/> and <see cref="AuthenticationTokenProvider"/>, keyed by its name
    /// if it has one: Azure SDK clients and handlers of the identity share its cache.
    /// </summary>
    /// <remarks>
    /// With <c>Microsoft.Extensions.Azure</c>: <c>clients.UseCredential(services =>
    /// services.GetRequiredService&lt;TokenCredential&gt;())</c>.
    /// </remarks>
    /// <param name="builder">The identity.</param>
    /// <exception cref="InvalidOperationException">Another <see cref="TokenCredential"/> is registered in its place, so that clients would
    /// act as whichever came last.</exception>
    public static WorkloadIdentityBuilder AddTokenCredential(this WorkloadIdentityBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var key = builder.ServiceKey;
        ThrowIfTaken(builder, typeof(TokenCredential), key);
        ThrowIfTaken(builder, typeof(AuthenticationTokenProvider), key);
        builder.Services.Add(ServiceDescriptor.KeyedSingleton<TokenCredential>(
            key, static (services, key) => services.GetRequiredKeyedService<ITokenAcquirer>(key)
                .AsTokenCredential(services.GetService<ILoggerFactory>())));
        builder.Services.Add(ServiceDescriptor.KeyedSingleton<AuthenticationTokenProvider>(
            key, static (services, key) => services.GetRequiredKeyedService<TokenCredential>(key)));
        return builder;
    }

    private static void ThrowIfTaken(WorkloadIdentityBuilder builder, Type type, object? key)
    {
        if (builder.Services.Any(service => service.ServiceType == type && Equals(service.ServiceKey, key)))
        {
            throw new InvalidOperationException(
                $"A {type.Name} is registered already{(key is null
                    ? ""
                    : $" under the key '{key}'")}: with two, their order would decide the clients' identity. Remove the other "
                        + $"registration, or give this identity a name of its own, AddWorkloadIdentity(\"name\").");
        }
    }
}

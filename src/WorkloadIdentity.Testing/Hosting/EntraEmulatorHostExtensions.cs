using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace WorkloadIdentity.Testing;

/// <summary>
/// Points an application at an emulator without touching its code: what it reads of its environment is replaced, nothing else.
/// </summary>
/// <remarks>
/// The application then sees no variable and no file of the machine, so that no real credential of a developer or a build agent can take
/// part.
/// </remarks>
public static class EntraEmulatorHostExtensions
{
    /// <summary>
    /// Points a web application at <paramref name="entra"/>: for <c>WebApplicationFactory.WithWebHostBuilder</c> and plain web hosts.
    /// </summary>
    /// <param name="builder">The application's host.</param>
    /// <param name="entra">The emulator; it must outlive the host.</param>
    /// <param name="environment">The environment the workload sees; when null, that of <see cref="EntraEmulator.Application"/> with its
    /// secret, and IMDS.</param>
    /// <exception cref="InvalidOperationException">The host's environment is Production. Thrown when the host is built.</exception>
    public static IWebHostBuilder UseEntraEmulator(
        this IWebHostBuilder builder, EntraEmulator entra, WorkloadEnvironment? environment = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(entra);
        return builder.ConfigureServices((host, services) => Use(services, host.HostingEnvironment, entra, environment));
    }

    /// <summary>Points an application at <paramref name="entra"/>.</summary>
    /// <inheritdoc cref="UseEntraEmulator(IWebHostBuilder, EntraEmulator, WorkloadEnvironment?)"/>
    public static IHostBuilder UseEntraEmulator(this IHostBuilder builder, EntraEmulator entra, WorkloadEnvironment? environment = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(entra);
        return builder.ConfigureServices((host, services) => Use(services, host.HostingEnvironment, entra, environment));
    }

    /// <summary>Points an application at <paramref name="entra"/>.</summary>
    /// <param name="builder">The application's host.</param>
    /// <param name="entra">The emulator; it must outlive the host.</param>
    /// <param name="environment">The environment the workload sees; when null, that of <see cref="EntraEmulator.Application"/> with its
    /// secret, and IMDS.</param>
    /// <exception cref="InvalidOperationException">The host's environment is Production.</exception>
    public static IHostApplicationBuilder UseEntraEmulator(
        this IHostApplicationBuilder builder, EntraEmulator entra, WorkloadEnvironment? environment = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(entra);
        Use(builder.Services, builder.Environment, entra, environment);
        return builder;
    }

    private static void Use(IServiceCollection services, IHostEnvironment host, EntraEmulator entra, WorkloadEnvironment? environment)
    {
        ProductionGuard.Require(host);

        // Replaced, not added: the application may have registered its own before or after.
        services.RemoveAll<WorkloadEnvironment>();
        services.AddSingleton(environment ?? WorkloadEnvironment.FromValues(EnvironmentOf(entra)));

        // Whatever cloud an identity states: its secret goes to the emulator.
        services.PostConfigureAll<WorkloadIdentityOptions>(options => options.Credentials.AuthorityHost = entra.LocalAddress);
    }

    /// <summary>
    /// An application of its own, and a machine for whoever is configured as a managed identity: neither leads out of the emulator.
    /// </summary>
    private static Dictionary<string, string> EnvironmentOf(EntraEmulator entra) =>
        new(entra.Application.EnvironmentWithSecret()
            .Concat(entra.ImdsEnvironment()))
        { ["AZURE_AUTHORITY_HOST"] = entra.LocalAddress.AbsoluteUri };
}

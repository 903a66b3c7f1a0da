using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using WorkloadIdentity;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>
/// Registers identities: each is a singleton <see cref="ITokenAcquirer"/>, keyed by its name if it has one. Settings are validated when the host starts; whether a
/// credential is present shows at first use.
/// </summary>
public static class WorkloadIdentityServiceCollectionExtensions
{
    /// <summary>The unnamed identity, which uses the default chain unless the builder is told otherwise.</summary>
    /// <param name="services">The services.</param>
    /// <exception cref="InvalidOperationException">It is registered already.</exception>
    public static WorkloadIdentityBuilder AddWorkloadIdentity(this IServiceCollection services) => Add(services, Options.Options.DefaultName);

    /// <summary>A named identity, which uses the default chain unless the builder is told otherwise.</summary>
    /// <param name="services">The services.</param>
    /// <param name="name">The key of its <see cref="ITokenAcquirer"/>.</param>
    /// <exception cref="InvalidOperationException">The name is taken.</exception>
    public static WorkloadIdentityBuilder AddWorkloadIdentity(this IServiceCollection services, string name) => Add(services, RequireName(name));

    /// <summary>The unnamed identity, as configured.</summary>
    /// <param name="services">The services.</param>
    /// <param name="section">Flat settings with a <c>Kind</c>: DefaultChain, ManagedIdentity, ClientSecret, ClientCertificate, FederatedTokenFile and the other federated ones, or a Chain of these. Read when the host starts.</param>
    /// <exception cref="InvalidOperationException">It is registered already.</exception>
    public static WorkloadIdentityBuilder AddWorkloadIdentity(this IServiceCollection services, IConfiguration section) => Add(services, Options.Options.DefaultName, section);

    /// <summary>A named identity, as configured.</summary>
    /// <param name="services">The services.</param>
    /// <param name="name">The key of its <see cref="ITokenAcquirer"/>.</param>
    /// <param name="section">Flat settings with a <c>Kind</c>: DefaultChain, ManagedIdentity, ClientSecret, ClientCertificate, FederatedTokenFile and the other federated ones, or a Chain of these. Read when the host starts.</param>
    /// <exception cref="InvalidOperationException">The name is taken.</exception>
    public static WorkloadIdentityBuilder AddWorkloadIdentity(this IServiceCollection services, string name, IConfiguration section) => Add(services, RequireName(name), section);

    /// <summary>The unnamed identity: an acquirer made before the host was built, so that both share one cache.</summary>
    /// <param name="services">The services.</param>
    /// <param name="existing">It is not disposed with the services.</param>
    /// <exception cref="InvalidOperationException">An unnamed identity is registered already.</exception>
    public static WorkloadIdentityBuilder AddWorkloadIdentity(this IServiceCollection services, ITokenAcquirer existing) => Add(services, Options.Options.DefaultName, existing);

    /// <summary>A named identity: an acquirer made before the host was built, so that both share one cache.</summary>
    /// <param name="services">The services.</param>
    /// <param name="name">The key it is registered under.</param>
    /// <param name="existing">It is not disposed with the services.</param>
    /// <exception cref="InvalidOperationException">The name is taken.</exception>
    public static WorkloadIdentityBuilder AddWorkloadIdentity(this IServiceCollection services, string name, ITokenAcquirer existing) => Add(services, RequireName(name), existing);

    private static WorkloadIdentityBuilder Add(IServiceCollection services, string name)
    {
        AddIdentity(services, name).Configure(options => options.Plan = new CredentialPlan("the default chain", WorkloadIdentityBuilder.DefaultChain));
        return new WorkloadIdentityBuilder(services, name);
    }

    private static WorkloadIdentityBuilder Add(IServiceCollection services, string name, IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(section);
        AddIdentity(services, name).Configure(options => IdentitySection.Read(section, options));
        return new WorkloadIdentityBuilder(services, name, chosen: "its configuration section");
    }

    private static WorkloadIdentityBuilder Add(IServiceCollection services, string name, ITokenAcquirer existing)
    {
        ArgumentNullException.ThrowIfNull(existing);
        Claim(services, name);
        if (name.Length == 0)
        {
            services.AddSingleton(existing);
        }
        else
        {
            services.AddKeyedSingleton(name, existing);
        }

        return new WorkloadIdentityBuilder(services, name, isExisting: true);
    }

    private static OptionsBuilder<WorkloadIdentityOptions> AddIdentity(IServiceCollection services, string name)
    {
        Claim(services, name);
        services.TryAddSingleton(_ => WorkloadEnvironment.FromProcess());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<WorkloadIdentityOptions>, IdentityValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, ReportAtStart>());
        if (name.Length == 0)
        {
            services.AddSingleton(provider => IdentityAcquirer.Create(provider, name));
        }
        else
        {
            services.AddKeyedSingleton(name, (provider, _) => IdentityAcquirer.Create(provider, name));
        }

        return services.AddOptions<WorkloadIdentityOptions>(name).ValidateOnStart();
    }

    private static void Claim(IServiceCollection services, string name)
    {
        ArgumentNullException.ThrowIfNull(services);
        var identity = new IdentityName(name);
        if (services.Any(service => identity.Equals(service.ImplementationInstanceOrNull())))
        {
            throw new InvalidOperationException(
                $"{identity} is registered already. Call AddWorkloadIdentity once for it and keep the builder; for a second identity use another name, AddWorkloadIdentity(\"name\").");
        }

        services.AddSingleton(identity);
    }

    private static object? ImplementationInstanceOrNull(this ServiceDescriptor service) => service.IsKeyedService ? null : service.ImplementationInstance;

    private static string RequireName(string name) => Require.Text(name, "The name of an identity", "graph");
}

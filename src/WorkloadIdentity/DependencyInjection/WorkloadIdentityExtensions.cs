using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using WorkloadIdentity;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>
/// Registers identities. Each is a singleton <see cref="ITokenAcquirer"/>, keyed by its name if it has one. Settings are validated when the
/// host starts. The first request shows whether a credential is present.
/// </summary>
public static partial class WorkloadIdentityExtensions
{
    /// <summary>The default identity, which uses the default chain unless the builder is told otherwise.</summary>
    /// <param name="services">The services.</param>
    /// <exception cref="InvalidOperationException">It is registered already.</exception>
    public static WorkloadIdentityBuilder AddWorkloadIdentity(this IServiceCollection services) =>
        Add(services, Options.Options.DefaultName);

    /// <summary>A named identity. It uses the default chain, unless the builder chooses another credential.</summary>
    /// <param name="services">The services.</param>
    /// <param name="name">The key of its <see cref="ITokenAcquirer"/>.</param>
    /// <exception cref="InvalidOperationException">The name is taken.</exception>
    public static WorkloadIdentityBuilder AddWorkloadIdentity(this IServiceCollection services, string name) =>
        Add(services, RequireName(name));

    /// <summary>The default identity, as configured.</summary>
    /// <param name="services">The services.</param>
    /// <param name="section">
    /// Flat settings with a <c>Kind</c>: DefaultChain, ManagedIdentity, ClientSecret, ClientCertificate, FederatedTokenFile and the other
    /// federated kinds, or a Chain of these. Read when the host starts.
    /// </param>
    /// <exception cref="InvalidOperationException">It is registered already.</exception>
    public static WorkloadIdentityBuilder AddWorkloadIdentity(this IServiceCollection services, IConfiguration section) =>
        Add(services, Options.Options.DefaultName, section);

    /// <summary>A named identity, as configured.</summary>
    /// <param name="services">The services.</param>
    /// <param name="name">The key of its <see cref="ITokenAcquirer"/>.</param>
    /// <param name="section">
    /// Flat settings with a <c>Kind</c>: DefaultChain, ManagedIdentity, ClientSecret, ClientCertificate, FederatedTokenFile and the other
    /// federated kinds, or a Chain of these. Read when the host starts.
    /// </param>
    /// <exception cref="InvalidOperationException">The name is taken.</exception>
    public static WorkloadIdentityBuilder AddWorkloadIdentity(this IServiceCollection services, string name, IConfiguration section) =>
        Add(services, RequireName(name), section);

    /// <summary>The default identity: an acquirer made before the host was built, so that both share one cache.</summary>
    /// <param name="services">The services.</param>
    /// <param name="existing">It is not disposed with the services.</param>
    /// <exception cref="InvalidOperationException">A default identity is registered already.</exception>
    public static WorkloadIdentityBuilder AddWorkloadIdentity(this IServiceCollection services, ITokenAcquirer existing) =>
        Add(services, Options.Options.DefaultName, existing);

    /// <summary>A named identity: an acquirer made before the host was built, so that both share one cache.</summary>
    /// <param name="services">The services.</param>
    /// <param name="name">The key it is registered under.</param>
    /// <param name="existing">The acquirer. It is not disposed with the services.</param>
    /// <exception cref="InvalidOperationException">The name is taken.</exception>
    public static WorkloadIdentityBuilder AddWorkloadIdentity(this IServiceCollection services, string name, ITokenAcquirer existing) =>
        Add(services, RequireName(name), existing);

    /// <summary>
    /// Adds a kind of credential that configuration can name (<c>"Kind": "…"</c>), for packages that have a credential. Configuration can
    /// use it like the built-in kinds, also as a member of a Chain.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="kind">The kind's name, compared without regard to case.</param>
    /// <param name="settings">The names of its settings. Another setting is an error, reported before <paramref name="create"/> is
    /// called.</param>
    /// <param name="create">
    /// Makes the credential of a section. It is called when the host starts, to check the settings, so it must send nothing. It reports
    /// what is wrong with <see cref="CredentialSection.Problem"/> and may then return null, or with an <see cref="ArgumentException"/>
    /// that quotes no value.
    /// </param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    /// <exception cref="InvalidOperationException">The kind exists already.</exception>
    public static IServiceCollection AddWorkloadIdentityKind(
        this IServiceCollection services, string kind, IEnumerable<string> settings, Func<CredentialSection, Credential?> create)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(create);
        Guard.Text(kind, "The name of a kind", "GitHubActions", nameof(kind));
        var known = CredentialKind.All.Concat(services.Select(service => service.ImplementationInstanceOrNull()).OfType<CredentialKind>());
        return known.Any(other => other.Name.Equals(kind, StringComparison.OrdinalIgnoreCase))
            ? throw new InvalidOperationException(
                $"The kind '{kind}' exists already. A kind of the library cannot be replaced. Choose another name.")
            : services.AddSingleton(CredentialKind.Added(kind, [.. settings], create));
    }

    private static WorkloadIdentityBuilder Add(IServiceCollection services, string name)
    {
        AddIdentity(services, name)
            .Configure(options => options.Plan = ("the default chain", WorkloadIdentityBuilder.DefaultChain));
        return new WorkloadIdentityBuilder(services, name);
    }

    private static WorkloadIdentityBuilder Add(IServiceCollection services, string name, IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(section);
        AddIdentity(services, name).Configure<IServiceProvider>((options, provider) => IdentitySection.Read(section, options, provider));
        services.AddKeyedSingleton(name, (provider, _) => new SectionWatch(section, name, provider.GetService<ILoggerFactory>()));
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

        return services.AddOptions<WorkloadIdentityOptions>(name)
            .Configure<IServiceProvider>((options, provider) => options.TakeFrom(provider, name))
            .ValidateOnStart();
    }

    private static void Claim(IServiceCollection services, string name)
    {
        ArgumentNullException.ThrowIfNull(services);
        var identity = new RegisteredIdentity(name);
        if (services.Any(service => identity.Equals(service.ImplementationInstanceOrNull())))
        {
            throw new InvalidOperationException(
                $"{identity} is registered already. Call AddWorkloadIdentity once for it and keep the builder; for a second identity use "
                    + $"another name, AddWorkloadIdentity(\"name\").");
        }

        services.AddSingleton(identity);
    }

    private static object? ImplementationInstanceOrNull(this ServiceDescriptor service) =>
        service.IsKeyedService ? null : service.ImplementationInstance;

    private static string RequireName(string name) => Guard.Text(name, "The name of an identity", "graph");
}

using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using WorkloadIdentity.Aspire.Hosting;

namespace Aspire.Hosting;

/// <summary>A local Entra in an app host, with its directory in C#.</summary>
public static class EntraEmulatorBuilderExtensions
{
    /// <summary>Adds a local Entra. It runs in the app host, starts and ends with it. The dashboard links its page.</summary>
    /// <param name="builder">The app host.</param>
    /// <param name="name">The resource's name.</param>
    /// <param name="port">The port for plain http on 127.0.0.1; a free one when null.</param>
    public static IResourceBuilder<EntraEmulatorResource> AddEntraEmulator(
        this IDistributedApplicationBuilder builder, [ResourceName] string name, int? port = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        var resource = new EntraEmulatorResource(name, port);
        var check = $"{name}-answers";
        builder.Services.AddKeyedSingleton(name, (_, _) => new EmulatorLifetime(resource));
        builder.Services.AddHealthChecks().Add(
            new HealthCheckRegistration(check, new EntraEmulatorHealthCheck(resource), HealthStatus.Unhealthy, tags: null));
        return builder.AddResource(resource)
            .WithInitialState(new CustomResourceSnapshot
            {
                ResourceType = "Entra emulator",
                State = KnownResourceStates.NotStarted,
                Properties = [],
            })
            .WithHealthCheck(check)
            .ExcludeFromManifest()
            .OnInitializeResource(EntraEmulatorRun.StartAsync);
    }

    /// <summary>An application of the emulator: the one of this name, or a new one with a secret.</summary>
    /// <param name="entra">The emulator.</param>
    /// <param name="name">What the app host calls it.</param>
    /// <param name="secret">The secret of a new application; a random one at each start when null.</param>
    /// <exception cref="ArgumentException">
    /// The parameter is not marked as secret, or the application is there already with another secret.
    /// </exception>
    public static EntraApplication Application(
        this IResourceBuilder<EntraEmulatorResource> entra, string name, IResourceBuilder<ParameterResource>? secret = null)
    {
        ArgumentNullException.ThrowIfNull(entra);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return secret is { Resource.Secret: false }
            ? throw new ArgumentException(
                $"The parameter '{secret.Resource.Name}' is not marked as secret, so the dashboard would show it. "
                    + "Add it with secret: true.",
                nameof(secret))
            : entra.Resource.Application(name, secret?.Resource);
    }

    /// <summary>An API of the emulator: the one with this audience, or a new one. Tokens for other resources are refused.</summary>
    /// <param name="entra">The emulator.</param>
    /// <param name="audience">The resource, such as <c>api://stock</c>.</param>
    public static EntraApi Api(this IResourceBuilder<EntraEmulatorResource> entra, string audience)
    {
        ArgumentNullException.ThrowIfNull(entra);
        ArgumentException.ThrowIfNullOrWhiteSpace(audience);
        return entra.Resource.Api(audience);
    }

    /// <summary>
    /// Gives a project the identity of an application, and lets it wait until the emulator answers. It gets the configuration section of
    /// this SDK and, unless the section has another name, the <c>AZURE_*</c> variables that Azure's SDKs of all languages read.
    /// </summary>
    /// <remarks>When the app host is published, the project gets nothing: its identity is that of its platform.</remarks>
    /// <param name="project">The project, executable or container.</param>
    /// <param name="application">The application, from <see cref="Application"/>.</param>
    /// <param name="section">The configuration section: another one for the second identity of a project.</param>
    public static IResourceBuilder<T> WithWorkloadIdentity<T>(
        this IResourceBuilder<T> project, EntraApplication application, string section = ProjectVariables.Section)
        where T : IResourceWithEnvironment, IResourceWithWaitSupport
    {
        ArgumentNullException.ThrowIfNull(application);
        ArgumentException.ThrowIfNullOrWhiteSpace(section);
        return project.With(application.Entra, () => ProjectVariables.Of(application, section));
    }

    /// <summary>
    /// Lets a project accept the emulator's tokens for an API, and wait until the emulator answers. It gets the configuration that
    /// <c>AddAuthentication().AddJwtBearer()</c> of ASP.NET Core reads.
    /// </summary>
    /// <remarks>When the app host is published, the project gets nothing.</remarks>
    /// <param name="project">The project that is the API.</param>
    /// <param name="api">What its tokens are for, from <see cref="Api"/>.</param>
    public static IResourceBuilder<T> WithEntraTokens<T>(this IResourceBuilder<T> project, EntraApi api)
        where T : IResourceWithEnvironment, IResourceWithWaitSupport
    {
        ArgumentNullException.ThrowIfNull(api);
        return project.With(api.Entra, () => ProjectVariables.Of(api));
    }

    private static IResourceBuilder<T> With<T>(
        this IResourceBuilder<T> project, EntraEmulatorResource entra, Func<IEnumerable<KeyValuePair<string, object>>> variables)
        where T : IResourceWithEnvironment, IResourceWithWaitSupport
    {
        ArgumentNullException.ThrowIfNull(project);
        return project.WaitFor(project.ApplicationBuilder.CreateResourceBuilder(entra)).WithEnvironment(context =>
        {
            if (context.ExecutionContext.IsPublishMode)
            {
                return;
            }

            foreach (var (name, value) in variables())
            {
                context.EnvironmentVariables[name] = value;
            }
        });
    }
}

using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Options;
using WorkloadIdentity;

namespace Microsoft.Extensions.DependencyInjection;

public static partial class WorkloadIdentityExtensions
{
    /// <summary>
    /// Puts a token for <paramref name="scope"/> on each request of this client that goes to the base address its configuration sets, to
    /// the exact host of an https scope, or to an origin listed in the options. Other requests fail with the line of code that would allow
    /// them.
    /// </summary>
    /// <remarks>
    /// Handlers added before this one stand outside of it: retries belong there, so that each gets a living token, and so does service
    /// discovery. A base address that a typed client sets in its own constructor cannot be seen: list it, or set it where the client is
    /// registered.
    /// </remarks>
    /// <param name="builder">Of a named or typed client.</param>
    /// <param name="scope">The resource followed by <c>/.default</c>, such as <c>https://graph.microsoft.com/.default</c>.</param>
    /// <param name="configure">Called once, at once.</param>
    /// <exception cref="ArgumentException">The scope is empty or asks for a token that is itself a credential, or an option cannot
    /// work.</exception>
    /// <exception cref="InvalidOperationException">The client has a token already, or the builder stands for all clients
    /// (<c>ConfigureHttpClientDefaults</c>).</exception>
    public static IHttpClientBuilder AddAccessToken(
        this IHttpClientBuilder builder, string scope, Action<AccessTokenHandlerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        TokenRequestSelector.RequireScope(scope, nameof(scope));
        var client = builder.Name ?? throw new InvalidOperationException(
            "AddAccessToken cannot be part of ConfigureHttpClientDefaults: it would put this token on every client of the application, "
                + "whoever it talks to. Call it on each client that needs it: "
                + "services.AddHttpClient(\"orders\").AddAccessToken(\"api://orders/.default\")");
        var services = builder.Services;
        if (services.Any(service => service.ServiceType == typeof(AccessTokenPipeline) && client.Equals(service.ServiceKey)))
        {
            throw new InvalidOperationException(
                $"The client '{client}' has an access token already. A client has one; for a request with another scope write "
                    + "request.WithScope(scope), for another API register another client.");
        }

        var options = new AccessTokenHandlerOptions();
        configure?.Invoke(options);

        // Checked here, where the line that is wrong stands in the stack trace.
        _ = new AllowedOrigins(options);
        if (options is { WarmUp: true, RequireTenant: true } or { WarmUp: true, Select: not null })
        {
            throw new ArgumentException(
                $"{nameof(options.WarmUp)} cannot be combined with {nameof(options.RequireTenant)} or {nameof(options.Select)}: which "
                    + $"token is needed shows with each message. Leave it out.", nameof(configure));
        }

        var request = new TokenRequest(scope);

        services.AddSingleton(new RegisteredClient { Identity = options.Identity, Scope = scope });
        services.AddKeyedSingleton(client, (provider, _) => new AccessTokenPipeline(client, request, options, provider));
        TokenExitFilter.Register(services);
        services.AddOptions<HttpClientFactoryOptions>(client).PostConfigure<IServiceProvider>(
            (factory, provider) => provider.GetRequiredKeyedService<AccessTokenPipeline>(client).Attach(factory));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<RegisteredClient>, RegisteredClientValidator>());
        services.AddOptions<RegisteredClient>(client).Configure(registered =>
            (registered.Identity, registered.Scope) = (options.Identity, scope)).ValidateOnStart();
        if (options.WarmUp)
        {
            services.AddSingleton<IHostedService>(provider => new WarmUp(client, provider));
        }

        return builder.AddHttpMessageHandler(provider => provider.GetRequiredKeyedService<AccessTokenPipeline>(client).CreateHandler());
    }
}

using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Options;
using WorkloadIdentity;

namespace Microsoft.Extensions.DependencyInjection;

public static partial class WorkloadIdentityExtensions
{
    /// <summary>
    /// Puts a token for <paramref name="scope"/> on each request of this client that goes to the base address in the client's
    /// configuration, to the exact host of an https scope, or to an origin in the options. Any other request fails with the line of code
    /// that would allow it.
    /// </summary>
    /// <remarks>
    /// Handlers that are added before this one run outside of it. Add retries and service discovery before, so that each retry gets an
    /// unexpired token. A base address that a typed client sets in its own constructor is not visible here: list it in the options, or set
    /// it where the client is registered. The client stores no cookies, unless <see cref="AllowCookies"/> is called.
    /// </remarks>
    /// <param name="builder">The builder of a named or typed client.</param>
    /// <param name="scope">The resource followed by <c>/.default</c>, such as <c>https://graph.microsoft.com/.default</c>.</param>
    /// <param name="configure">Sets the handler's options. Invoked immediately. Log messages and metrics go to the host's, unless it sets
    /// others.</param>
    /// <param name="identity">
    /// The name of the identity, as registered with <c>AddWorkloadIdentity(name, …)</c>; null for the default one.
    /// </param>
    /// <param name="warmUp">
    /// Whether to get the token when the host starts, so that the first request finds it. The start does not wait for it. A failure is
    /// logged, and shows in the health check.
    /// </param>
    /// <exception cref="ArgumentException">
    /// The scope is empty or asks for a token that is itself a credential, an option cannot be used, or there is no single token to warm
    /// up.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// The client has a token already, or the builder stands for all clients (<c>ConfigureHttpClientDefaults</c>).
    /// </exception>
    public static IHttpClientBuilder AddAccessToken(
        this IHttpClientBuilder builder,
        string scope,
        Action<AccessTokenHandlerOptions>? configure = null,
        string? identity = null,
        bool warmUp = false)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var request = new TokenRequest(scope).RequireForApi(nameof(scope));
        var client = builder.Name ?? throw new InvalidOperationException(
            "AddAccessToken cannot be used in ConfigureHttpClientDefaults, because it would put this token on every client of the "
                + "application. Call it on each client that needs it: "
                + "services.AddHttpClient(\"orders\").AddAccessToken(\"api://orders/.default\")");
        var services = builder.Services;
        if (services.Any(service => service.ServiceType == typeof(AccessTokenPipeline) && client.Equals(service.ServiceKey)))
        {
            throw new InvalidOperationException(
                $"The client '{client}' has an access token already. For a request with another scope call request.WithScope(scope). "
                    + "For another API register another client.");
        }

        var options = new AccessTokenHandlerOptions();
        configure?.Invoke(options);

        // Checked here, so that the line with the mistake is in the stack trace.
        _ = new AllowedOrigins(options);
        if (warmUp && (options.RequireTenant || options.Select is not null))
        {
            throw new ArgumentException(
                $"A client with {nameof(options.RequireTenant)} or {nameof(options.Select)} has no single token to get at the start. "
                    + "Remove warmUp: true.",
                nameof(warmUp));
        }

        services.AddSingleton(new RegisteredClient { Identity = identity, Scope = scope });
        services.AddKeyedSingleton(client, (provider, _) => new AccessTokenPipeline(client, request, options, identity, provider));
        TokenExitFilter.Register(services);
        if (options.Binding != TokenBinding.None)
        {
            // Inserted first, so that a primary handler that the application sets replaces it. BoundTokenCheck then refuses bound tokens,
            // unless that one is a MutualTlsHandler too.
            services.Configure<HttpClientFactoryOptions>(client, factory => factory.HttpMessageHandlerBuilderActions.Insert(
                0, pipeline => pipeline.PrimaryHandler = new MutualTlsHandler()));
        }

        services.AddOptions<HttpClientFactoryOptions>(client).PostConfigure<IServiceProvider>(
            (factory, provider) => provider.GetRequiredKeyedService<AccessTokenPipeline>(client).Attach(factory));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<RegisteredClient>, RegisteredClientValidator>());
        services.AddOptions<RegisteredClient>(client).Configure(registered =>
            (registered.Identity, registered.Scope) = (identity, scope)).ValidateOnStart();
        if (warmUp)
        {
            services.AddSingleton<IHostedService>(provider => new WarmUp(client, provider));
        }

        return builder.AddHttpMessageHandler(provider => provider.GetRequiredKeyedService<AccessTokenPipeline>(client).CreateHandler());
    }

    /// <summary>
    /// Lets a client with an access token store the cookies that it receives. All messages of a client share one store, so a cookie of one
    /// tenant or user is sent with the token of another. Use it for an API that needs cookies, in a client for one tenant and no users. A
    /// <c>Cookie</c> header on a message is always sent as it is.
    /// </summary>
    /// <param name="builder">The builder of a named or typed client.</param>
    /// <exception cref="InvalidOperationException">
    /// The builder stands for all clients (<c>ConfigureHttpClientDefaults</c>).
    /// </exception>
    public static IHttpClientBuilder AllowCookies(this IHttpClientBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddKeyedSingleton(
            builder.Name ?? throw new InvalidOperationException("Call AllowCookies on each client that needs cookies."),
            new AllowedCookies());
        return builder;
    }
}

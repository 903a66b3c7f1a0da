using WorkloadIdentity;
using WorkloadIdentity.Yarp;
using Yarp.ReverseProxy.Forwarder;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds tokens to what a YARP proxy sends.</summary>
public static class WorkloadIdentityYarpExtensions
{
    /// <summary>
    /// Puts an access token of the proxy on each request to a cluster, in place of any <c>Authorization</c> header of the caller, which
    /// never leaves the proxy. The token goes to the destinations that the cluster's configuration names, now and after a change.
    /// </summary>
    /// <param name="builder">The proxy. Call this after <c>ConfigureHttpClient</c>, if you use that.</param>
    /// <param name="cluster">The id of the cluster.</param>
    /// <param name="scope">The scope of the tokens: <c>api://orders/.default</c>.</param>
    /// <param name="configure">
    /// Sets the options of the <see cref="AccessTokenHandler"/>: here, to check them, and for each client of the cluster.
    /// </param>
    /// <param name="identity">The name of the identity; null for the one without a name.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException">
    /// <paramref name="scope"/> is not a scope or asks for a token that is itself a credential, an option cannot be used (the token cannot
    /// be bound to a certificate), or the cluster has a token already.
    /// </exception>
    /// <remarks>
    /// When the service rejects a token, a request without a body is sent again with a new one. A body cannot be sent again: the caller
    /// gets the 401, and the next request has the new token. Without a token nothing is sent, and the caller gets a 502. Plain http is
    /// refused, except to a literal loopback address and to <see cref="AccessTokenHandlerOptions.PlainHttpOrigins"/>.
    /// </remarks>
    public static IReverseProxyBuilder AddAccessToken(
        this IReverseProxyBuilder builder, string cluster, string scope, Action<AccessTokenHandlerOptions>? configure = null,
        string? identity = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(cluster);
        var request = new TokenRequest(scope).RequireSendable("the service", "the scope of the service", nameof(scope));
        if (builder.Services.Any(service => service.ImplementationInstance is ClusterToken other
            && string.Equals(other.Cluster, cluster, StringComparison.OrdinalIgnoreCase)))
        {
            throw new ArgumentException($"The cluster '{cluster}' has a token already: AddAccessToken was called twice.", nameof(cluster));
        }

        Check(request, configure);
        var isFirst = !builder.Services.Any(service => service.ImplementationInstance is ClusterToken);
        builder.Services.AddSingleton(new ClusterToken(cluster, request, configure, identity));
        if (!isFirst)
        {
            return builder;
        }

        // The factory that was there stays in use: it may be the application's own.
        var inner = builder.Services.Last(service => service.ServiceType == typeof(IForwarderHttpClientFactory));
        builder.Services.AddSingleton<IForwarderHttpClientFactory>(services => new TokenForwarderFactory(
            Create(inner, services), services, services.GetServices<ClusterToken>()));
        return builder.AddTransforms(context =>
        {
            if (context.Services.GetRequiredService<IForwarderHttpClientFactory>() is not TokenForwarderFactory)
            {
                throw new InvalidOperationException(
                    "Another IForwarderHttpClientFactory was registered after AddAccessToken, so requests would be sent without a token. "
                        + "Call AddAccessToken after ConfigureHttpClient.");
            }
        });
    }

    /// <summary>Makes a handler as each client gets one, so that the line with the mistake throws.</summary>
    private static void Check(TokenRequest request, Action<AccessTokenHandlerOptions>? configure)
    {
        var options = new AccessTokenHandlerOptions();
        configure?.Invoke(options);
        if (options.Binding != TokenBinding.None)
        {
            throw new ArgumentException(
                "The client of a cluster presents no certificate, so its tokens cannot be bound to one. Leave out "
                    + $"{nameof(options.Binding)}.",
                nameof(configure));
        }

        using var handler = new AccessTokenHandler(new NoAcquirer(), request, options);
    }

    /// <summary>For checks: a handler that nobody uses needs no token.</summary>
    private sealed class NoAcquirer : ITokenAcquirer
    {
        public ValueTask<AccessToken> GetTokenAsync(TokenRequest request, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        public ValueTask<AccessToken> RenewTokenAsync(
            TokenRequest request, AccessToken? rejected, string? claims = null, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();
    }

    private static IForwarderHttpClientFactory Create(ServiceDescriptor service, IServiceProvider services) =>
        (IForwarderHttpClientFactory)(service.ImplementationInstance
            ?? service.ImplementationFactory?.Invoke(services)
            ?? ActivatorUtilities.CreateInstance(services, service.ImplementationType!));
}

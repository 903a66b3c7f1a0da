using Microsoft.Extensions.Http;
using Microsoft.Extensions.Logging;
using WorkloadIdentity;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>
/// What all handlers of one named client share. A factory builds and discards handlers every two minutes, each in a scope of its own; this lives as long as the
/// container, so that what was learned stays known.
/// </summary>
internal sealed class AccessTokenPipeline
{
    private readonly string _client;
    private readonly TokenRequest _request;
    private readonly AccessTokenHandlerOptions _options;
    private readonly IServiceProvider _services;
    private readonly AllowedOrigins _origins;

    public AccessTokenPipeline(string client, TokenRequest request, AccessTokenHandlerOptions options, IServiceProvider services)
    {
        _client = client;
        _request = request;
        _services = services;
        _options = options.With(options.LoggerFactory ?? services.GetService<ILoggerFactory>());
        _origins = new AllowedOrigins(_options, client);
    }

    /// <summary>Runs after all else that configures the client: the gate must stand outermost, and the base address be final.</summary>
    public void Attach(HttpClientFactoryOptions factory)
    {
        factory.HttpMessageHandlerBuilderActions.Add(pipeline => AddGate(pipeline.AdditionalHandlers));
        factory.HttpClientActions.Add(client => _origins.Learn(client.BaseAddress));
    }

    /// <exception cref="InvalidOperationException">The identity is not registered.</exception>
    public AccessTokenHandler CreateHandler()
    {
        var acquirer = _options.Identity is null ? _services.GetService<ITokenAcquirer>() : _services.GetKeyedService<ITokenAcquirer>(_options.Identity);
        return new AccessTokenHandler(acquirer ?? throw new InvalidOperationException(AccessTokenClient.NoIdentity(_client, _options.Identity)), _request, _options, _origins);
    }

    /// <summary>Without a handler in between, what the application issued is what the token handler sees.</summary>
    private void AddGate(IList<DelegatingHandler> handlers)
    {
        if (handlers.Count > 0 && handlers[0] is not AccessTokenHandler)
        {
            handlers.Insert(0, new OriginGate(_origins));
        }
    }
}

using Microsoft.Extensions.Http;
using Microsoft.Extensions.Http.Logging;
using WorkloadIdentity;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>
/// Puts a <see cref="TokenExit"/> next to the primary handler of each client that has a token handler with other handlers inside of it.
/// </summary>
internal sealed class TokenExitFilter : IHttpMessageHandlerBuilderFilter
{
    /// <summary>
    /// Filters that were registered first add their handlers last. This one stands before all others, so that nothing is further in.
    /// </summary>
    public static void Register(IServiceCollection services)
    {
        if (!services.Any(service => service.ImplementationType == typeof(TokenExitFilter)))
        {
            services.Insert(0, ServiceDescriptor.Singleton<IHttpMessageHandlerBuilderFilter, TokenExitFilter>());
        }
    }

    public Action<HttpMessageHandlerBuilder> Configure(Action<HttpMessageHandlerBuilder> next) => builder =>
    {
        next(builder);
        var handlers = builder.AdditionalHandlers;
        var inside = handlers.SkipWhile(handler => handler is not AccessTokenHandler).ToArray();

        // The platform's logging sends what it is given where it is told.
        if (inside.Length > 0 && inside.Skip(1).Any(handler => handler is not LoggingHttpMessageHandler))
        {
            handlers.Add(((AccessTokenHandler)inside[0]).CreateExit());
        }
    };
}

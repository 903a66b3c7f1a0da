using Microsoft.Extensions.Http;
using WorkloadIdentity;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>
/// Adds a <see cref="TokenExit"/> to each client's pipeline that has other handlers inside of a token handler: in front of the primary
/// handler, or at the end of the chain if the primary handler is a chain.
/// </summary>
internal sealed class TokenExitFilter : IHttpMessageHandlerBuilderFilter
{
    /// <summary>
    /// The filter that is registered first adds its handlers last. This one is before all others, so that no handler is further in.
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
        if (handlers.OfType<AccessTokenHandler>().FirstOrDefault() is not { } token)
        {
            return;
        }

        var chain = ChainOf(builder.PrimaryHandler);
        var isChained = chain.Any(IsOfTheApplication);
        if (!isChained && !handlers.Skip(handlers.IndexOf(token) + 1).Any(IsOfTheApplication))
        {
            return;
        }

        var exit = token.CreateExit();
        if (isChained && !chain.Any(handler => handler is TokenExit))
        {
            // A chain that begins with a handler of the factory belongs to another client. Its requests must not be checked here.
            if (IsOfTheApplication(chain[0]) && PrimaryHandler.TryPutBefore(chain[^1], exit))
            {
                return;
            }

            token.WarnOfHandlersBehindExit(builder.Name!);
        }

        handlers.Add(exit);
    };

    /// <summary>
    /// The handlers that a primary handler consists of. None if a token handler is among them, because that handler's token replaces
    /// ours.
    /// </summary>
    private static DelegatingHandler[] ChainOf(HttpMessageHandler primary)
    {
        var chain = PrimaryHandler.HandlersOf(primary).ToArray();
        return Array.Exists(chain, handler => handler is AccessTokenHandler) ? [] : chain;
    }

    /// <summary>The factory's own handlers do not change the address of a request.</summary>
    private static bool IsOfTheApplication(DelegatingHandler handler) =>
        handler is not TokenExit && handler.GetType().Assembly != typeof(HttpMessageHandlerBuilder).Assembly;
}

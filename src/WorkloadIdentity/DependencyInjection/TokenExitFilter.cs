using Microsoft.Extensions.Http;
using WorkloadIdentity;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>
/// Puts a <see cref="TokenExit"/> at the end of each client's pipeline that has a token handler with other handlers inside of it: before
/// the primary handler, or at the end of its chain where it is one.
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
            // A chain that begins with a handler of the factory belongs to another client, whose requests must not be judged here.
            if (IsOfTheApplication(chain[0]) && PrimaryHandler.TryPutBefore(chain[^1], exit))
            {
                return;
            }

            token.WarnOfHandlersBehindExit(builder.Name!);
        }

        handlers.Add(exit);
    };

    /// <summary>
    /// The handlers that a primary handler consists of. None if a token handler is among them: that client's token takes the place of ours.
    /// </summary>
    private static DelegatingHandler[] ChainOf(HttpMessageHandler primary)
    {
        var chain = PrimaryHandler.HandlersOf(primary).ToArray();
        return Array.Exists(chain, handler => handler is AccessTokenHandler) ? [] : chain;
    }

    /// <summary>The factory's own handlers send what they are given where it says.</summary>
    private static bool IsOfTheApplication(DelegatingHandler handler) =>
        handler is not TokenExit && handler.GetType().Assembly != typeof(HttpMessageHandlerBuilder).Assembly;
}

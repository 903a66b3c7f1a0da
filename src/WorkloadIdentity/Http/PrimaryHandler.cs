using System.Net;

namespace WorkloadIdentity;

/// <summary>The handler at the end of a pipeline, which opens the connections: its proxy, and its cookies.</summary>
internal static class PrimaryHandler
{
    /// <summary>The proxy that would receive a request to <paramref name="address"/>; null when it goes directly to its host.</summary>
    /// <param name="address">Where the request goes.</param>
    /// <param name="pipeline">The handler that sends it, or the first of several.</param>
    public static IWebProxy? ProxyFor(Uri address, HttpMessageHandler? pipeline)
    {
        var proxy = Of(pipeline) switch
        {
            SocketsHttpHandler { UseProxy: false } or HttpClientHandler { UseProxy: false } => null,
            SocketsHttpHandler sockets => sockets.Proxy ?? HttpClient.DefaultProxy,
            HttpClientHandler platform => platform.Proxy ?? HttpClient.DefaultProxy,

            // A handler of another kind does not tell. Most follow the process's settings.
            _ => HttpClient.DefaultProxy,
        };
        return proxy is not null && Takes(proxy, address) ? proxy : null;
    }

    /// <summary>Switches the cookie store off; false when the handler has sent requests already and can no longer be changed.</summary>
    public static bool TrySwitchCookiesOff(HttpMessageHandler? pipeline)
    {
        try
        {
            switch (Of(pipeline))
            {
                case SocketsHttpHandler { UseCookies: true } sockets:
                    sockets.UseCookies = false;
                    break;
                case HttpClientHandler { UseCookies: true } platform:
                    platform.UseCookies = false;
                    break;
            }

            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>The handlers of a chain that end before the one that opens the connections, outermost first.</summary>
    public static IEnumerable<DelegatingHandler> HandlersOf(HttpMessageHandler? pipeline)
    {
        while (pipeline is DelegatingHandler outer)
        {
            yield return outer;
            pipeline = outer.InnerHandler;
        }
    }

    /// <summary>
    /// Puts the handler at the end of a chain, before the one that opens the connections; false when the chain has sent requests already
    /// and can no longer be changed.
    /// </summary>
    public static bool TryPutBefore(DelegatingHandler last, DelegatingHandler added)
    {
        if (last.InnerHandler is not { } primary)
        {
            return false;
        }

        try
        {
            last.InnerHandler = added;
        }
        catch (InvalidOperationException)
        {
            return false;
        }

        added.InnerHandler = primary;
        return true;
    }

    /// <summary>Some proxies answer null for "directly", some the address itself.</summary>
    private static bool Takes(IWebProxy proxy, Uri address) =>
        !proxy.IsBypassed(address) && proxy.GetProxy(address) is { } via && via != address;

    private static HttpMessageHandler? Of(HttpMessageHandler? pipeline) =>
        HandlersOf(pipeline).LastOrDefault() is { } last ? last.InnerHandler : pipeline;
}

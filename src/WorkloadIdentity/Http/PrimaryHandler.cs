using System.Net;

namespace WorkloadIdentity;

/// <summary>
/// The last handler of a pipeline, which opens the connections. This class reads its proxy and changes its cookie setting.
/// </summary>
internal static class PrimaryHandler
{
    /// <summary>The handler at the end of a pipeline.</summary>
    public static HttpMessageHandler? Of(HttpMessageHandler? pipeline) =>
        HandlersOf(pipeline).LastOrDefault() is { } last ? last.InnerHandler : pipeline;

    /// <summary>The proxy that would get a request to <paramref name="address"/>; null if the request goes directly to its host.</summary>
    /// <param name="address">The address of the request.</param>
    /// <param name="pipeline">The handler that sends it, or the first of several.</param>
    public static IWebProxy? ProxyFor(Uri address, HttpMessageHandler? pipeline)
    {
        var proxy = Of(pipeline) switch
        {
            SocketsHttpHandler { UseProxy: false } or HttpClientHandler { UseProxy: false } => null,
            SocketsHttpHandler sockets => sockets.Proxy ?? HttpClient.DefaultProxy,
            HttpClientHandler platform => platform.Proxy ?? HttpClient.DefaultProxy,

            // Other kinds of handlers have no such property. Most use the settings of the process.
            _ => HttpClient.DefaultProxy,
        };
        return proxy is not null && Takes(proxy, address) ? proxy : null;
    }

    /// <summary>Switches the cookie store off. Returns false if the handler has sent requests and can no longer be changed.</summary>
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
    /// Inserts the handler at the end of a chain, before the one that opens the connections. Returns false if the chain has sent requests
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

    /// <summary>For a direct connection some proxies return null, and some return the address itself.</summary>
    private static bool Takes(IWebProxy proxy, Uri address) =>
        !proxy.IsBypassed(address) && proxy.GetProxy(address) is { } via && via != address;
}

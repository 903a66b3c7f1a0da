using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy;

namespace WorkloadIdentity.Yarp;

/// <summary>
/// Sends the requests of one cluster with a token of the proxy. The caller's <c>Authorization</c> is removed here, behind all transforms,
/// so that nothing can bring it back. Each origin has an <see cref="AccessTokenHandler"/>, which allows that origin only if the cluster has
/// a destination there when the first request goes to it.
/// </summary>
internal sealed class TokenForwarder(HttpMessageInvoker client, ClusterToken token, ITokenAcquirer acquirer, IServiceProvider services)
    : HttpMessageHandler
{
    private readonly ConcurrentDictionary<string, HttpMessageInvoker> _senders = new(StringComparer.OrdinalIgnoreCase);

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.Remove("Authorization");
        var origin = request.RequestUri!.GetLeftPart(UriPartial.Authority);
        return SenderTo(origin).SendAsync(request, cancellationToken);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (var sender in _senders.Values)
            {
                sender.Dispose();
            }

            client.Dispose();
        }

        base.Dispose(disposing);
    }

    private HttpMessageInvoker SenderTo(string origin)
    {
        if (_senders.TryGetValue(origin, out var sender))
        {
            return sender;
        }

        // An address that is no destination is not kept: it may become one, and there could be any number of them.
        return IsDestination(origin)
            ? _senders.GetOrAdd(origin, origin => CreateSender(new Uri(origin)))
            : CreateSender(origin: null);
    }

    private HttpMessageInvoker CreateSender(Uri? origin)
    {
        var options = new AccessTokenHandlerOptions
        {
            LoggerFactory = services.GetService<ILoggerFactory>(),
            MeterFactory = services.GetService<IMeterFactory>(),
        };
        token.Configure?.Invoke(options);
        if (origin is not null && !options.PlainHttpOrigins.Contains(origin))
        {
            options.AllowedOrigins.Add(origin);
        }

        return new HttpMessageInvoker(
            new AccessTokenHandler(acquirer, token.Request, options) { InnerHandler = new ToClient(client) }, disposeHandler: true);
    }

    private bool IsDestination(string origin) =>
        services.GetRequiredService<IProxyStateLookup>().TryGetCluster(token.Cluster, out var cluster)
        && cluster.Destinations.Values.Any(destination =>
            Uri.TryCreate(destination.Model.Config.Address, UriKind.Absolute, out var address)
            && string.Equals(address.GetLeftPart(UriPartial.Authority), origin, StringComparison.OrdinalIgnoreCase));

    /// <summary>The cluster's client, which other senders use too.</summary>
    private sealed class ToClient(HttpMessageInvoker client) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            client.SendAsync(request, cancellationToken);
    }
}

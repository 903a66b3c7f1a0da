using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy.Forwarder;

namespace WorkloadIdentity.Yarp;

/// <summary>Puts a <see cref="TokenForwarder"/> in front of the clients of clusters that have a token.</summary>
internal sealed class TokenForwarderFactory(
    IForwarderHttpClientFactory inner, IServiceProvider services, IEnumerable<ClusterToken> tokens) : IForwarderHttpClientFactory
{
    private readonly Dictionary<string, ClusterToken> _tokens =
        tokens.ToDictionary(token => token.Cluster, StringComparer.OrdinalIgnoreCase);

    public HttpMessageInvoker CreateClient(ForwarderHttpClientContext context)
    {
        var client = inner.CreateClient(context);

        // The inner factory returns the old client when nothing has changed that matters to it.
        return ReferenceEquals(client, context.OldClient) || !_tokens.TryGetValue(context.ClusterId, out var token)
            ? client
            : new HttpMessageInvoker(
                new TokenForwarder(client, token, services.GetRequiredKeyedService<ITokenAcquirer>(token.Identity), services),
                disposeHandler: true);
    }
}

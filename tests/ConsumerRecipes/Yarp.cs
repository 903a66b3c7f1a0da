using Microsoft.Extensions.DependencyInjection;
using WorkloadIdentity;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Transforms;

namespace ConsumerRecipes;

// Made once for each cluster and again when its settings change.
internal sealed class TokenForwarder(ITokenAcquirer acquirer) : ForwarderHttpClientFactory
{
    protected override HttpMessageHandler WrapHandler(ForwarderHttpClientContext context, HttpMessageHandler handler)
    {
        var options = new AccessTokenHandlerOptions();
        options.AllowedOrigins.Add(new Uri(context.NewMetadata!["Origin"]));
        return new AccessTokenHandler(acquirer, new TokenRequest(context.NewMetadata["Scope"]), options)
        {
            InnerHandler = base.WrapHandler(context, handler),
        };
    }
}

internal static class Proxy
{
    public static void Register(IServiceCollection services, string address)
    {
        // Without the transform the proxy passes on the token of its caller, and the handler leaves that alone.
        var route = new RouteConfig { RouteId = "orders", ClusterId = "orders", Match = new RouteMatch { Path = "{**path}" } }
            .WithTransformRequestHeaderRemove("Authorization");
        var cluster = new ClusterConfig
        {
            ClusterId = "orders",
            Destinations = new Dictionary<string, DestinationConfig> { ["one"] = new() { Address = address } },
            Metadata = new Dictionary<string, string> { ["Origin"] = address, ["Scope"] = "api://orders/.default" },
        };
        services.AddReverseProxy().LoadFromMemory([route], [cluster]);
        services.AddSingleton<IForwarderHttpClientFactory, TokenForwarder>();
    }
}

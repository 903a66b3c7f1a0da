using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.ClientFactory;
using Microsoft.Extensions.Options;
using WorkloadIdentity;
using WorkloadIdentity.Grpc;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds tokens to gRPC clients of the factory.</summary>
public static class WorkloadIdentityGrpcExtensions
{
    /// <summary>
    /// Adds an access token to every call of the client, with or without load balancing, and renews it when the service rejects it
    /// (<see cref="AccessTokenInterceptor"/>).
    /// </summary>
    /// <param name="builder">The client, from <c>AddGrpcClient</c>.</param>
    /// <param name="scope">The scope of the tokens: <c>api://orders/.default</c>.</param>
    /// <param name="identity">The name of the identity; null for the one without a name.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException">
    /// <paramref name="scope"/> is not a scope, or asks for a token that is itself a credential.
    /// </exception>
    /// <remarks>
    /// A channel without TLS fails when the client is made, except to a literal loopback address such as <c>http://127.0.0.1:5001</c>.
    /// Where a mesh encrypts, set <c>UnsafeUseInsecureChannelCallCredentials</c> in <c>ConfigureChannel</c>, before this line.
    /// </remarks>
    public static IHttpClientBuilder AddGrpcAccessToken(this IHttpClientBuilder builder, string scope, string? identity = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var request = new TokenRequest(scope).RequireSendable("the service", "the scope of the service", nameof(scope));
        var client = builder.Name;
        return builder
            .ConfigureChannel((services, channel) =>
                RequireTls(channel, services.GetRequiredService<IOptionsMonitor<GrpcClientFactoryOptions>>().Get(client).Address, client))
            .AddInterceptor(services => new AccessTokenInterceptor(services.GetRequiredKeyedService<ITokenAcquirer>(identity), request));
    }

    private static void RequireTls(GrpcChannelOptions channel, Uri? address, string client)
    {
        var isInsecure = channel.Credentials is null
            ? address?.Scheme == Uri.UriSchemeHttp
            : channel.Credentials == ChannelCredentials.Insecure;
        if (!isInsecure || channel.UnsafeUseInsecureChannelCallCredentials)
        {
            return;
        }

        if (address is { IsLoopback: true, HostNameType: UriHostNameType.IPv4 or UriHostNameType.IPv6 })
        {
            channel.UnsafeUseInsecureChannelCallCredentials = true;
            return;
        }

        throw new InvalidOperationException(
            $"The gRPC client '{client}' has a token, and its channel to '{address}' has no TLS, so anyone on the way could read the "
                + "token. Use https, or ChannelCredentials.SecureSsl with dns:/// and static:///. For local development, use "
                + "http://127.0.0.1. For a mesh that encrypts, write before AddGrpcAccessToken: "
                + ".ConfigureChannel(channel => channel.UnsafeUseInsecureChannelCallCredentials = true)");
    }
}

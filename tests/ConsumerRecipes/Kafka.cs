using Confluent.Kafka;
using WorkloadIdentity;

namespace ConsumerRecipes;

internal static class Kafka
{
    public static IProducer<string, string> Producer(ITokenAcquirer acquirer, string eventHubsNamespace)
    {
        var request = new TokenRequest($"https://{eventHubsNamespace}.servicebus.windows.net/.default");
        var config = new ProducerConfig
        {
            BootstrapServers = $"{eventHubsNamespace}.servicebus.windows.net:9093",
            SecurityProtocol = SecurityProtocol.SaslSsl,
            SaslMechanism = SaslMechanism.OAuthBearer,
        };

        // Called on the client's own thread, which may wait; the lifetime is a point in time, in milliseconds.
        return new ProducerBuilder<string, string>(config)
            .SetOAuthBearerTokenRefreshHandler((client, _) =>
            {
                try
                {
                    var token = acquirer.GetTokenAsync(request).AsTask().GetAwaiter().GetResult();
                    client.OAuthBearerSetToken(token.Value, token.ExpiresOn.ToUnixTimeMilliseconds(), "orders-api");
                }
                catch (TokenAcquisitionException exception)
                {
                    client.OAuthBearerSetTokenFailure(exception.Error.Message);
                }
            })
            .Build();
    }
}

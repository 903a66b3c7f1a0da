using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using WorkloadIdentity;

namespace ConsumerRecipes;

// Make one for each client.
internal sealed class KafkaLogin(ITokenAcquirer acquirer, string scope, ILogger logger)
{
    private readonly TokenRequest _request = new(scope);
    private AccessToken? _last;

    // The client asks when four fifths of the token's life are over. It is called on a thread of the client, which may wait.
    public void Refresh(IClient client, string configuration)
    {
        try
        {
            Set(client, acquirer.GetToken(_request));
        }
        catch (TokenAcquisitionException exception)
        {
            client.OAuthBearerSetTokenFailure(exception.Error.Message);
        }
    }

    // A broker that refuses a token is an error of the client.
    public void Handle(IClient client, Error error)
    {
        logger.LogWarning("Kafka: {Error}", error.Reason);
        if (error.Code == ErrorCode.Local_Authentication && Volatile.Read(ref _last) is { } refused)
        {
            try
            {
                Set(client, acquirer.RenewToken(_request, refused));
            }
            catch (TokenAcquisitionException exception)
            {
                logger.LogWarning("Kafka: there is no new token. {Error}", exception.Error);
            }
        }
    }

    private void Set(IClient client, AccessToken token)
    {
        Volatile.Write(ref _last, token);
        client.OAuthBearerSetToken(token.Value, token.ExpiresOn.ToUnixTimeMilliseconds(), "orders-api");
    }
}

internal static class Kafka
{
    public static IProducer<string, string> EventHubs(ITokenAcquirer acquirer, string eventHubsNamespace, ILogger logger)
    {
        var config = new ProducerConfig
        {
            BootstrapServers = $"{eventHubsNamespace}.servicebus.windows.net:9093",
            SecurityProtocol = SecurityProtocol.SaslSsl,
            SaslMechanism = SaslMechanism.OAuthBearer,
        };
        var login = new KafkaLogin(acquirer, $"https://{eventHubsNamespace}.servicebus.windows.net/.default", logger);
        return Producer(config, login);
    }

    public static IProducer<string, string> Producer(ProducerConfig config, KafkaLogin login) =>
        new ProducerBuilder<string, string>(config)
            .SetOAuthBearerTokenRefreshHandler(login.Refresh)
            .SetErrorHandler(login.Handle)
            .Build();
}

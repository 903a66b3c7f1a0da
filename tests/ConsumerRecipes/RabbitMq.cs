using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using WorkloadIdentity;

namespace ConsumerRecipes;

// Make one for each connection. The user of the connection is the subject of the token; a user name is not needed.
internal sealed class RabbitMqLogin(ITokenAcquirer acquirer, string scope, ILogger logger) : ICredentialsProvider
{
    private readonly TokenRequest _request = new(scope);
    private string _sent = "";

    public string Name => "Entra";

    public async Task<Credentials> GetCredentialsAsync(CancellationToken cancellationToken = default)
    {
        var token = await acquirer.GetTokenAsync(_request, cancellationToken);
        Volatile.Write(ref _sent, token.Value);
        return new Credentials(Name, "", token.Value, token.ExpiresOn - TimeProvider.System.GetUtcNow());
    }

    // Sends each new token over the open connection, until it is canceled. A period of a minute is right for tokens of Entra.
    public async Task RefreshAsync(IConnection connection, TimeSpan period, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(period, TimeProvider.System);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            try
            {
                var token = await acquirer.GetTokenAsync(_request, cancellationToken);
                if (connection.IsOpen && token.Value != Volatile.Read(ref _sent))
                {
                    await connection.UpdateSecretAsync(token.Value, "The token was renewed.", cancellationToken);
                    Volatile.Write(ref _sent, token.Value);
                }
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                logger.LogError(exception, "The connection to RabbitMQ has no new token. The next attempt follows in {Period}.", period);
            }
        }
    }
}

internal static class RabbitMq
{
    public static async Task RunAsync(ITokenAcquirer acquirer, ILogger logger, CancellationToken stopping)
    {
        var login = new RabbitMqLogin(acquirer, "api://orders-rabbitmq/.default", logger);
        var factory = new ConnectionFactory
        {
            HostName = "rabbitmq.contoso.com",
            Port = 5671,
            Ssl = { Enabled = true, ServerName = "rabbitmq.contoso.com" },
            CredentialsProvider = login,
        };
        await using var connection = await factory.CreateConnectionAsync(stopping);
        var refreshing = login.RefreshAsync(connection, TimeSpan.FromMinutes(1), stopping);

        await refreshing;
    }
}

using System.Text;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using WorkloadIdentity;
using WorkloadIdentity.Testing;

namespace ConsumerRecipes;

/// <summary>RabbitMQ.Client against a real RabbitMQ that verifies the emulator's tokens.</summary>
public sealed class RabbitMqTests(RabbitMqTests.Server server) : IClassFixture<RabbitMqTests.Server>
{
    private const string Scope = LocalRabbitMq.ResourceServer + "/.default";

    [RabbitMqFact]
    public async Task A_connection_logs_in_and_may_do_what_its_roles_say()
    {
        using var acquirer = server.Acquirer("configure:*/*", "write:*/*", "read:*/*");
        await using var connection = await server.ConnectAsync(new RabbitMqLogin(acquirer, Scope, new ListLogger()));
        await using var channel = await connection.CreateChannelAsync();

        var queue = await channel.QueueDeclareAsync();
        await channel.BasicPublishAsync("", queue.QueueName, Encoding.UTF8.GetBytes("42"));

        BasicGetResult? order = null;
        await Eventually.HoldsAsync(async () => (order = await channel.BasicGetAsync(queue.QueueName, autoAck: true)) is not null);
        Assert.Equal("42", Encoding.UTF8.GetString(order!.Body.Span));
    }

    [RabbitMqFact]
    public async Task Without_the_role_the_server_refuses()
    {
        using var acquirer = server.Acquirer("read:*/*");
        await using var connection = await server.ConnectAsync(new RabbitMqLogin(acquirer, Scope, new ListLogger()));
        await using var channel = await connection.CreateChannelAsync();

        var refusal = await Assert.ThrowsAsync<OperationInterruptedException>(() => channel.QueueDeclareAsync());

        Assert.Equal(403, refusal.ShutdownReason!.ReplyCode);
    }

    [RabbitMqFact]
    public async Task A_token_for_another_server_is_refused_at_the_login()
    {
        using var acquirer = server.Acquirer("read:*/*");
        var login = new RabbitMqLogin(acquirer, Server.AnotherScope, new ListLogger());

        var refusal = await Assert.ThrowsAsync<BrokerUnreachableException>(() => server.ConnectAsync(login));

        Assert.IsType<AuthenticationFailureException>(refusal.InnerException);
    }

    [RabbitMqFact]
    public async Task Without_a_token_the_exception_of_the_client_holds_the_reason()
    {
        using var acquirer = new TokenAcquirer(FakeCredential.Failing(new TokenError(TokenErrorKind.Refused, "No consent.")));

        var failure = await Assert.ThrowsAnyAsync<Exception>(
            () => server.ConnectAsync(new RabbitMqLogin(acquirer, Scope, new ListLogger())));

        Assert.Contains("No consent.", failure.ToString(), StringComparison.Ordinal);
    }

    [RabbitMqFact]
    public async Task An_open_connection_outlives_its_token_when_new_ones_are_sent_and_not_otherwise()
    {
        using var acquirer = server.Acquirer("configure:*/*");
        var token = await acquirer.GetTokenAsync(new TokenRequest(Scope));
        var login = new RabbitMqLogin(acquirer, Scope, new ListLogger());
        await using var kept = await server.ConnectAsync(login);
        await using var left = await server.ConnectAsync(new RabbitMqLogin(acquirer, Scope, new ListLogger()));
        using var stop = new CancellationTokenSource();
        var refreshing = login.RefreshAsync(kept, TimeSpan.FromMilliseconds(200), stop.Token);

        await acquirer.RenewTokenAsync(new TokenRequest(Scope), token);
        await Eventually.HoldsAsync(async () => !await MayDeclareAsync(left));

        Assert.True(await MayDeclareAsync(kept));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => refreshing);
    }

    [RabbitMqFact]
    public async Task A_refresh_that_fails_is_logged_and_tried_again()
    {
        var credential = FakeCredential.Failing(new TokenError(TokenErrorKind.Refused, "No consent."));
        using var acquirer = server.Acquirer("configure:*/*");
        await using var connection = await server.ConnectAsync(new RabbitMqLogin(acquirer, Scope, new ListLogger()));
        using var failing = new TokenAcquirer(credential);
        using var stop = new CancellationTokenSource();
        var log = new ListLogger();
        var refreshing = new RabbitMqLogin(failing, Scope, log).RefreshAsync(connection, TimeSpan.FromMilliseconds(50), stop.Token);

        await Eventually.HoldsAsync(() => log.Failures.Count >= 2);

        Assert.All(log.Failures, failure => Assert.Contains("No consent.", failure.Message, StringComparison.Ordinal));
        Assert.True(connection.IsOpen);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => refreshing);
    }

    private static async Task<bool> MayDeclareAsync(IConnection connection)
    {
        try
        {
            await using var channel = await connection.CreateChannelAsync();
            await channel.QueueDeclareAsync();
            return true;
        }
        catch (OperationInterruptedException refusal) when (refusal.ShutdownReason?.ReplyCode == 403)
        {
            return false;
        }
    }

    /// <summary>One broker for all tests, and the Entra whose tokens it verifies.</summary>
    public sealed class Server : IAsyncLifetime
    {
        internal const string AnotherScope = "api://another/.default";

        private EntraEmulator? _entra;
        private LocalRabbitMq? _broker;
        private EmulatedApi _api = null!;

        public async Task InitializeAsync()
        {
            if (LocalRabbitMq.SkipReason is null)
            {
                _entra = await EntraEmulator.StartAsync();
                _entra.TokenLifetime = TimeSpan.FromSeconds(15);
                _api = _entra.AddApi(LocalRabbitMq.ResourceServer);
                _entra.AddApi("api://another");
                _broker = await LocalRabbitMq.StartAsync(_entra);
            }
        }

        public async Task DisposeAsync()
        {
            await (_broker?.DisposeAsync() ?? default);
            await (_entra?.DisposeAsync() ?? default);
        }

        internal TokenAcquirer Acquirer(params string[] permissions)
        {
            var application = _entra!.AddApplication();
            foreach (var permission in permissions)
            {
                application.AssignRole(_api, $"{LocalRabbitMq.ResourceServer}.{permission}");
            }

            return OrdersBench.AcquirerOf(_entra, application);
        }

        internal Task<IConnection> ConnectAsync(ICredentialsProvider login) =>
            new ConnectionFactory
            {
                HostName = "127.0.0.1",
                Port = _broker!.Port,
                CredentialsProvider = login,
                AutomaticRecoveryEnabled = false,
                RequestedConnectionTimeout = TimeSpan.FromSeconds(60),
                ContinuationTimeout = TimeSpan.FromSeconds(60),
                HandshakeContinuationTimeout = TimeSpan.FromSeconds(60),
            }.CreateConnectionAsync();
    }
}

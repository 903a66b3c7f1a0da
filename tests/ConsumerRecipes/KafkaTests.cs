using System.Collections.Concurrent;
using Confluent.Kafka;
using WorkloadIdentity;
using WorkloadIdentity.Testing;

namespace ConsumerRecipes;

/// <summary>Confluent.Kafka, as a listener that speaks the broker's side of the login sees it. No broker ran.</summary>
public sealed class KafkaTests : IAsyncDisposable
{
    private const string Scope = "api://orders-kafka/.default";

    private readonly ConcurrentDictionary<string, DateTimeOffset> _tokens = new();
    private readonly ConcurrentDictionary<string, bool> _revoked = new();
    private readonly KafkaListener _broker;
    private readonly FakeCredential _credential;
    private readonly TokenAcquirer _acquirer;
    private readonly ListLogger _log = new();
    private TimeSpan _lifetime = TimeSpan.FromHours(1);

    public KafkaTests()
    {
        _broker = new KafkaListener(Accept);
        _credential = FakeCredential.Issuing(_ =>
        {
            var token = $"token-{_tokens.Count + 1}";
            var expiresOn = _tokens[token] = TimeProvider.System.GetUtcNow() + _lifetime;
            return new AccessToken(token, expiresOn, refreshOn: expiresOn - (_lifetime / 2));
        });
        _acquirer = new TokenAcquirer(_credential);
    }

    public async ValueTask DisposeAsync()
    {
        _acquirer.Dispose();
        await _broker.DisposeAsync();
    }

    [Fact]
    public void A_client_logs_in_with_the_token()
    {
        using var producer = Kafka.Producer(Config, Login(_acquirer));

        Assert.Equal(_broker.Address, $"{Brokers(producer)!.Single().Host}:{Brokers(producer)!.Single().Port}");
        Assert.Equal(["token-1"], _broker.Logins.Select(login => login.Token).Distinct());
        Assert.Equal(Scope, Assert.Single(_credential.Acquisitions).Request.Scope);
    }

    [Fact]
    public async Task An_open_connection_logs_in_again_with_each_new_token()
    {
        _lifetime = TimeSpan.FromSeconds(10);
        using var producer = Kafka.Producer(Config, Login(_acquirer));

        // Another client uses the acquirer meanwhile, so its token is fresh when the client of Kafka asks.
        await Eventually.HoldsAsync(async () =>
            await _acquirer.GetTokenAsync(new TokenRequest(Scope)) is not null && Brokers(producer) is not null && OfOneConnection() >= 2);

        int OfOneConnection() => _broker.Logins.Distinct().CountBy(login => login.Connection).Max(connection => connection.Value);
    }

    [Fact]
    public async Task A_token_that_the_broker_refuses_is_renewed()
    {
        _revoked["token-1"] = true;
        using var producer = Kafka.Producer(Config, Login(_acquirer));

        await Eventually.HoldsAsync(() => Brokers(producer) is not null);

        Assert.Equal(["token-1"], _broker.Refused.Distinct());
        Assert.Equal(["token-2"], _broker.Logins.Select(login => login.Token).Distinct());
    }

    [Fact]
    public async Task Without_a_token_the_client_tells_the_reason()
    {
        using var acquirer = new TokenAcquirer(FakeCredential.Failing(new TokenError(TokenErrorKind.Refused, "No consent.")));
        using var producer = Kafka.Producer(Config, Login(acquirer));

        await Eventually.HoldsAsync(() => _log.Lines.Any(line => line.Contains("No consent.", StringComparison.Ordinal)));

        Assert.Empty(_broker.Logins);
    }

    [Fact]
    public async Task A_client_of_Event_Hubs_asks_for_a_token_of_the_namespace()
    {
        using var producer = Kafka.EventHubs(_acquirer, "orders.invalid", _log);

        await Eventually.HoldsAsync(() => _credential.Acquisitions.Count > 0);

        Assert.Equal("https://orders.invalid.servicebus.windows.net/.default", Assert.Single(_credential.Acquisitions).Request.Scope);
    }

    private ProducerConfig Config => new()
    {
        BootstrapServers = _broker.Address,
        SecurityProtocol = SecurityProtocol.SaslPlaintext,
        SaslMechanism = SaslMechanism.OAuthBearer,
    };

    private KafkaLogin Login(ITokenAcquirer acquirer) => new(acquirer, Scope, _log);

    private TimeSpan? Accept(string token) =>
        _tokens.TryGetValue(token, out var expiresOn) && expiresOn - TimeProvider.System.GetUtcNow() is var left && left > TimeSpan.Zero
            && !_revoked.ContainsKey(token)
            ? left
            : null;

    /// <summary>The brokers of the cluster, as the client's connection tells them; null if there is none yet.</summary>
    private static List<BrokerMetadata>? Brokers(IProducer<string, string> producer)
    {
        using var administration = new DependentAdminClientBuilder(producer.Handle).Build();
        try
        {
            return administration.GetMetadata(TimeSpan.FromSeconds(5)).Brokers;
        }
        catch (KafkaException)
        {
            return null;
        }
    }
}

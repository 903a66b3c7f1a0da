using WorkloadIdentity;
using WorkloadIdentity.Testing;

namespace ConsumerRecipes;

/// <summary>The recipes of drivers: as far as their clients go without a server.</summary>
public sealed class DriverTests : IDisposable
{
    private readonly FakeCredential _credential = FakeCredential.Issuing("token-1");
    private readonly TokenAcquirer _acquirer;

    public DriverTests() => _acquirer = new TokenAcquirer(_credential);

    public void Dispose() => _acquirer.Dispose();

    [Fact]
    public void Kafka_asks_for_a_token_when_a_client_starts()
    {
        using var producer = Kafka.Producer(_acquirer, "127.0.0.1.invalid");
        var patience = TimeProvider.System.GetTimestamp();

        while (_credential.Acquisitions.Count == 0 && TimeProvider.System.GetElapsedTime(patience) < TimeSpan.FromSeconds(30))
        {
            producer.Poll(TimeSpan.FromMilliseconds(50));
        }

        Assert.Equal(
            "https://127.0.0.1.invalid.servicebus.windows.net/.default", Assert.Single(_credential.Acquisitions).Request.Scope);
    }
}

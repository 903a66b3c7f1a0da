using MongoDB.Driver;
using MongoDB.Driver.Authentication.Oidc;
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
    public async Task MongoDB_takes_the_settings_and_the_token_with_its_lifetime()
    {
        var settings = Mongo.LogIn(MongoClientSettings.FromConnectionString("mongodb://127.0.0.1:1"), _acquirer);
        using var client = new MongoClient(settings);

        var callback = new MongoLogin(_acquirer, "api://orders-mongodb/.default");
        var parameters = new OidcCallbackParameters(1, "principal");
        var token = await callback.GetOidcAccessTokenAsync(parameters, CancellationToken.None);

        Assert.Equal("MONGODB-OIDC", settings.Credential.Mechanism);
        Assert.Equal("token-1", token.AccessToken);
        Assert.InRange(token.ExpiresIn!.Value, TimeSpan.FromMinutes(1), TimeSpan.FromDays(1));
        Assert.Equal("token-1", callback.GetOidcAccessToken(parameters, CancellationToken.None).AccessToken);
    }

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

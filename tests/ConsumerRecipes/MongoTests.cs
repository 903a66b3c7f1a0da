using MongoDB.Bson;
using MongoDB.Driver;
using WorkloadIdentity;
using WorkloadIdentity.Testing;

namespace ConsumerRecipes;

/// <summary>MongoDB's driver, as a listener sees its logins. No server ran.</summary>
public sealed class MongoTests : IAsyncDisposable
{
    private readonly MongoListener _server = new();
    private readonly TokenAcquirer _acquirer;
    private int _issued;

    public MongoTests() => _acquirer = new TokenAcquirer(FakeCredential.Issuing(_ => $"token-{++_issued}"));

    public async ValueTask DisposeAsync()
    {
        _acquirer.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_client_logs_in_with_the_token_and_renews_it_when_the_server_asks_for_a_new_login()
    {
        using var client = Client(_acquirer);
        Assert.Equal(1, (await PingAsync(client))["ok"].ToInt32());
        Assert.Equal(["token-1"], _server.Tokens.Distinct());

        _server.RejectNext();

        Assert.Equal(1, (await PingAsync(client))["ok"].ToInt32());
        Assert.Equal(["token-1", "token-2"], _server.Tokens.Distinct());
    }

    [Fact]
    public async Task Without_a_token_the_exception_of_the_driver_holds_the_reason()
    {
        using var acquirer = new TokenAcquirer(FakeCredential.Failing(new TokenError(TokenErrorKind.Refused, "No consent.")));
        using var client = Client(acquirer);

        var failure = await Assert.ThrowsAnyAsync<Exception>(() => PingAsync(client));

        Assert.Contains("No consent.", failure.ToString(), StringComparison.Ordinal);
        Assert.Empty(_server.Tokens);
    }

    private static Task<BsonDocument> PingAsync(MongoClient client) =>
        client.GetDatabase("admin").RunCommandAsync<BsonDocument>(new BsonDocument("ping", 1));

    private MongoClient Client(ITokenAcquirer acquirer) =>
        new(Mongo.LogIn(MongoClientSettings.FromConnectionString(_server.ConnectionString), acquirer));
}

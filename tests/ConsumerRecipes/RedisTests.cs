using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;
using StackExchange.Redis.Configuration;
using WorkloadIdentity;
using WorkloadIdentity.IntegrationTests;
using WorkloadIdentity.StackExchangeRedis;
using WorkloadIdentity.Testing;

namespace ConsumerRecipes;

/// <summary>
/// StackExchange.Redis against a real Redis. A helper sets the password of the user to each token that is issued, and removes the one
/// before, as a server does whose user is a principal of Entra.
/// </summary>
public sealed class RedisTests : IAsyncLifetime
{
    private const string User = "11111111-2222-3333-4444-555555555555";

    private readonly ConcurrentQueue<string> _issued = new();
    private LocalRedis? _server;
    private ConnectionMultiplexer _administration = null!;

    // How long a token lives. Tests that see several make it short; no test depends on how long anything takes.
    private TimeSpan _lifetime = TimeSpan.FromHours(1);

    private ConfigurationOptions Options => new() { EndPoints = { { "127.0.0.1", _server!.Port } }, AbortOnConnectFail = false };

    public async Task InitializeAsync()
    {
        if (LocalRedis.Program is not null)
        {
            _server = await LocalRedis.StartAsync();
            _administration = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{_server.Port},allowAdmin=true");
        }
    }

    public async Task DisposeAsync()
    {
        if (_server is not null)
        {
            await _administration.DisposeAsync();
            await _server.DisposeAsync();
        }
    }

    [RedisFact]
    public async Task A_connection_logs_in_as_the_object_id_of_the_token()
    {
        using var acquirer = Acquirer();
        await using var redis = await ConnectionMultiplexer.ConnectAsync(await Options.UseWorkloadIdentityAsync(acquirer));

        Assert.True(await redis.GetDatabase().StringSetAsync("order", "42"));
        Assert.Equal(User, (string?)await redis.GetDatabase().ExecuteAsync("ACL", "WHOAMI"));
        Assert.Single(_issued);
    }

    [RedisFact]
    public Task An_open_connection_is_authenticated_again_before_its_token_ends() => AuthenticatesAgainAsync(RedisProtocol.Resp2);

    [RedisFact]
    public Task An_open_connection_of_RESP3_is_authenticated_again_too() => AuthenticatesAgainAsync(RedisProtocol.Resp3);

    private async Task AuthenticatesAgainAsync(RedisProtocol protocol)
    {
        _lifetime = TimeSpan.FromSeconds(4);
        using var acquirer = Acquirer();
        var options = Options;
        options.Protocol = protocol;
        await using var redis = await ConnectionMultiplexer.ConnectAsync(await options.UseWorkloadIdentityAsync(acquirer));
        var connection = (long)await redis.GetDatabase().ExecuteAsync("CLIENT", "ID");
        var logins = await LoginsAsync();

        await UntilAsync(async () => await LoginsAsync() >= logins + 2);

        Assert.True(_issued.Count > 2);
        Assert.Equal(connection, (long)await redis.GetDatabase().ExecuteAsync("CLIENT", "ID"));
        Assert.Equal(0, await RefusedLoginsAsync());
    }

    [RedisFact]
    public async Task A_connection_that_the_server_closed_comes_back_with_the_current_token()
    {
        using var acquirer = Acquirer();
        await using var redis = await ConnectionMultiplexer.ConnectAsync(await Options.UseWorkloadIdentityAsync(acquirer));
        await redis.GetDatabase().StringSetAsync("order", "42");
        var request = new TokenRequest(RedisTokenOptions.AzureRedisScope);
        await acquirer.RenewTokenAsync(request, await acquirer.GetTokenAsync(request));

        await _administration.GetDatabase().ExecuteAsync("CLIENT", "KILL", "USER", User);

        await UntilAsync(async () => await redis.GetDatabase().StringGetAsync("order") == "42");
        Assert.Equal(2, _issued.Count);
        Assert.Equal(0, await RefusedLoginsAsync());
    }

    [RedisFact]
    public async Task A_login_that_the_server_refuses_again_is_logged_and_tried_again()
    {
        _lifetime = TimeSpan.FromSeconds(4);
        var log = new ListLogger();
        using var acquirer = Acquirer();
        await using var redis = await ConnectionMultiplexer.ConnectAsync(
            await Options.UseWorkloadIdentityAsync(acquirer, options => options.LoggerFactory = log));
        _issuesUnknown = true;

        await UntilAsync(() => Task.FromResult(!log.Lines.IsEmpty));

        Assert.All(log.Lines, line => Assert.Contains("could not be authenticated with a new token", line, StringComparison.Ordinal));
        Assert.All(_issued, token => Assert.All(log.Lines, line => Assert.DoesNotContain(token, line, StringComparison.Ordinal)));
        _issuesUnknown = false;
        var logins = await LoginsAsync();
        await UntilAsync(async () => await LoginsAsync() > logins);
    }

    [RedisFact]
    public Task A_server_that_refuses_a_new_token_does_not_keep_it_from_the_next_one() => OneServerRefusesAsync(refusing: 0);

    [RedisFact]
    public Task A_server_that_refuses_a_new_token_does_not_keep_it_from_the_one_before() => OneServerRefusesAsync(refusing: 1);

    private async Task OneServerRefusesAsync(int refusing)
    {
        _lifetime = TimeSpan.FromSeconds(4);
        await using var secondServer = await LocalRedis.StartAsync();
        await using var second = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{secondServer.Port},allowAdmin=true");
        ConnectionMultiplexer[] servers = [_administration, second];
        var refuses = false;
        using var acquirer = new TokenAcquirer(FakeCredential.Issuing(_ =>
        {
            var token = NextToken();
            for (var i = 0; i < servers.Length; i++)
            {
                SetPassword(servers[i], refuses && i == refusing ? "another" : token);
            }

            return new AccessToken(token, TimeProvider.System.GetUtcNow() + _lifetime);
        }));
        var options = Options;
        options.EndPoints.Add("127.0.0.1", secondServer.Port);
        await using var redis = await ConnectionMultiplexer.ConnectAsync(await options.UseWorkloadIdentityAsync(acquirer));
        await UntilAsync(() => Task.FromResult(Array.TrueForAll(redis.GetServers(), server => server.IsConnected)));
        refuses = true;

        await UntilAsync(async () => await StatisticAsync("failed_calls", servers[refusing]) > 0);

        var logins = await StatisticAsync("calls", servers[1 - refusing]);
        await UntilAsync(async () => await StatisticAsync("calls", servers[1 - refusing]) > logins);
        Assert.Equal(0, await StatisticAsync("failed_calls", servers[1 - refusing]));
    }

    [RedisFact]
    public async Task The_cache_of_ASPNET_Core_logs_in()
    {
        using var acquirer = Acquirer();
        var services = new ServiceCollection();
        Redis.Register(services, acquirer, Options);
        await using var provider = services.BuildServiceProvider();
        var cache = provider.GetRequiredService<IDistributedCache>();

        await cache.SetStringAsync("order", "42");

        Assert.Equal("42", await cache.GetStringAsync("order"));
    }

    [Theory]
    [InlineData("10.0.0.1:6379", "no TLS")]
    [InlineData("localhost:6379", "no TLS")]
    [InlineData("orders.example,ssl=true,password=secret", "already have a user or a password")]
    [InlineData("orders.example,ssl=true,user=me", "already have a user or a password")]
    public async Task Options_that_would_give_the_token_away_or_not_send_it_are_refused(string connection, string says)
    {
        using var acquirer = new TokenAcquirer(FakeCredential.Issuing(TokenOf(1)));

        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(
            () => ConfigurationOptions.Parse(connection).UseWorkloadIdentityAsync(acquirer));

        Assert.Contains(says, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_that_is_a_credential_is_refused()
    {
        using var acquirer = new TokenAcquirer(FakeCredential.Issuing(TokenOf(1)));

        await Assert.ThrowsAsync<ArgumentException>("RedisTokenOptions.Scope", () => ConfigurationOptions.Parse("orders.example,ssl=true")
            .UseWorkloadIdentityAsync(acquirer, options => options.Scope = "api://AzureADTokenExchange/.default"));
    }

    [Theory]
    [InlineData("""{"oid":"\ud800"}""")]
    [InlineData("""{"\ud800":1}""")]
    [InlineData("""{"oid":1}""")]
    [InlineData("[]")]
    [InlineData("not JSON")]
    public async Task A_token_whose_object_id_cannot_be_read_needs_a_user(string claims)
    {
        using var acquirer = new TokenAcquirer(
            FakeCredential.Issuing($"e30.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims))}.e30"));

        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(
            () => ConfigurationOptions.Parse("orders.example,ssl=true").UseWorkloadIdentityAsync(acquirer));

        Assert.Contains("no user is named", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_without_an_object_id_needs_a_user()
    {
        using var acquirer = new TokenAcquirer(FakeCredential.Issuing("opaque"));

        await Assert.ThrowsAsync<InvalidOperationException>(
            () => ConfigurationOptions.Parse("orders.example,ssl=true").UseWorkloadIdentityAsync(acquirer));
        var options = await ConfigurationOptions.Parse("orders.example,ssl=true")
            .UseWorkloadIdentityAsync(acquirer, options => options.User = "orders-api");

        Assert.Equal(("orders-api", "opaque"), (options.User, options.Password));
    }

    [Theory]
    [InlineData("orders.westeurope.redis.azure.net:10000", typeof(AzureManagedRedisOptionsProvider))]
    [InlineData("orders.redis.cache.windows.net:6380", typeof(AzureOptionsProvider))]
    [InlineData("orders.example:6380,ssl=true", typeof(DefaultOptionsProvider))]
    public async Task The_defaults_for_an_endpoint_stay(string connection, Type defaults)
    {
        using var acquirer = new TokenAcquirer(FakeCredential.Issuing(TokenOf(1)));
        var options = ConfigurationOptions.Parse(connection);
        var (abort, ssl) = (options.AbortOnConnectFail, options.Ssl);

        await options.UseWorkloadIdentityAsync(acquirer);

        Assert.Equal(defaults, options.Defaults.GetType().BaseType);
        Assert.Equal((abort, ssl, User), (options.AbortOnConnectFail, options.Ssl, options.User));
    }

    [Fact]
    public async Task Defaults_of_the_application_are_not_replaced()
    {
        using var acquirer = new TokenAcquirer(FakeCredential.Issuing(TokenOf(1)));
        var options = new ConfigurationOptions { EndPoints = { "orders.example" }, Ssl = true, Defaults = new OwnDefaults() };

        await Assert.ThrowsAsync<InvalidOperationException>(() => options.UseWorkloadIdentityAsync(acquirer));
    }

    private volatile bool _issuesUnknown;

    private TokenAcquirer Acquirer() => new(FakeCredential.Issuing(_ =>
    {
        var token = NextToken();
        SetPassword(_administration, _issuesUnknown ? "another" : token);
        return new AccessToken(token, TimeProvider.System.GetUtcNow() + _lifetime);
    }));

    private string NextToken()
    {
        var token = TokenOf(_issued.Count + 1);
        _issued.Enqueue(token);
        return token;
    }

    private static void SetPassword(ConnectionMultiplexer administration, string password) =>
        administration.GetDatabase().Execute("ACL", "SETUSER", User, "on", "resetpass", $">{password}", "~*", "&*", "+@all");

    private static string TokenOf(int number) =>
        $"e30.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes($$"""{"oid":"{{User}}","n":{{number}}}"""))}.e30";

    private Task<long> LoginsAsync() => StatisticAsync("calls");

    private async Task<long> RefusedLoginsAsync() => await StatisticAsync("failed_calls") + await StatisticAsync("rejected_calls");

    /// <summary>A statistic of AUTH, which a login with HELLO is not.</summary>
    private async Task<long> StatisticAsync(string name, ConnectionMultiplexer? administration = null)
    {
        var server = (administration ?? _administration).GetServers().Single();
        var statistics = (await server.InfoAsync("commandstats")).SelectMany(group => group);
        var line = statistics.FirstOrDefault(pair => pair.Key == "cmdstat_auth").Value;
        return line is null
            ? 0
            : long.Parse(
                line.Split(',').First(part => part.StartsWith($"{name}=", StringComparison.Ordinal)).Split('=')[1],
                CultureInfo.InvariantCulture);
    }

    private static Task UntilAsync(Func<Task<bool>> holds) => Eventually.HoldsAsync(async () =>
    {
        try
        {
            return await holds();
        }
        catch (RedisException)
        {
            // The connection is on its way back.
            return false;
        }
    });

    private sealed class OwnDefaults : DefaultOptionsProvider;
}

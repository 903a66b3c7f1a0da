using Microsoft.Data.SqlClient;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using WorkloadIdentity;
using WorkloadIdentity.EntityFrameworkCore;
using WorkloadIdentity.SqlClient;
using WorkloadIdentity.Testing;

namespace ConsumerRecipes;

/// <summary>SqlClient and EF Core, as a listener sees their logins. No SQL Server ran.</summary>
public sealed class SqlTests : IAsyncDisposable
{
    private readonly TdsListener _server = new();
    private readonly FakeCredential _credential;
    private readonly TokenAcquirer _acquirer;
    private int _issued;

    public SqlTests()
    {
        _credential = FakeCredential.Issuing(_ => $"token-{++_issued}");
        _acquirer = new TokenAcquirer(_credential);
    }

    public async ValueTask DisposeAsync()
    {
        SqlConnection.ClearAllPools();
        _acquirer.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_connection_logs_in_with_the_token_and_the_next_one_comes_from_the_pool()
    {
        await Sql.OpenAsync(_acquirer, _server.ConnectionString, CancellationToken.None);
        await Sql.OpenAsync(_acquirer, _server.ConnectionString, CancellationToken.None);

        Assert.Equal(["token-1"], _server.Tokens);
        Assert.Equal(SqlConnectionExtensions.AzureSqlScope, Assert.Single(_credential.Acquisitions).Request.Scope);
    }

    [Fact]
    public void Each_acquirer_and_request_has_one_callback()
    {
        using var other = new TokenAcquirer(_credential);
        var first = Callback(_acquirer, request: null);

        Assert.Same(first, Callback(_acquirer, request: null));
        Assert.Same(first, Callback(_acquirer, new TokenRequest(SqlConnectionExtensions.AzureSqlScope)));
        Assert.NotSame(first, Callback(other, request: null));
        Assert.NotSame(first, Callback(_acquirer, new TokenRequest("https://database.usgovcloudapi.net/.default")));
    }

    [Fact]
    public async Task Two_connections_at_once_log_in_with_one_token()
    {
        await using var first = new SqlConnection(_server.ConnectionString).UseWorkloadIdentity(_acquirer);
        await using var second = new SqlConnection(_server.ConnectionString).UseWorkloadIdentity(_acquirer);

        await Task.WhenAll(first.OpenAsync(), second.OpenAsync());

        Assert.Equal(["token-1", "token-1"], _server.Tokens);
    }

    [Fact]
    public async Task A_blocking_connection_logs_in_too()
    {
        await using var connection = new SqlConnection(_server.ConnectionString).UseWorkloadIdentity(_acquirer);

        connection.Open();

        Assert.Equal(["token-1"], _server.Tokens);
    }

    [Fact]
    public async Task Without_a_token_the_exception_holds_the_reason()
    {
        using var acquirer = new TokenAcquirer(FakeCredential.Failing(new TokenError(TokenErrorKind.Refused, "No consent.")));
        await using var connection = new SqlConnection(_server.ConnectionString).UseWorkloadIdentity(acquirer);

        var failure = await Assert.ThrowsAnyAsync<Exception>(() => connection.OpenAsync());

        Assert.Contains("No consent.", failure.ToString(), StringComparison.Ordinal);
        Assert.Empty(_server.Tokens);
    }

    [Fact]
    public async Task A_refused_login_fails_with_the_answer_of_the_server()
    {
        _server.Refuses = true;
        await using var connection = new SqlConnection(_server.ConnectionString).UseWorkloadIdentity(_acquirer);

        var failure = await Assert.ThrowsAsync<SqlException>(() => connection.OpenAsync());

        Assert.Equal(18456, failure.Number);
        Assert.DoesNotContain("token-1", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Contexts_of_a_pool_log_in_and_share_connections()
    {
        var services = new ServiceCollection();
        services.AddWorkloadIdentity(_acquirer);
        Sql.Register(services, _server.ConnectionString);
        await using var provider = services.BuildServiceProvider();
        for (var i = 0; i < 2; i++)
        {
            await using var scope = provider.CreateAsyncScope();
            var database = scope.ServiceProvider.GetRequiredService<OrdersContext>().Database;
            await database.OpenConnectionAsync();
            await database.CloseConnectionAsync();
        }

        using var blocking = provider.CreateScope();
        blocking.ServiceProvider.GetRequiredService<OrdersContext>().Database.OpenConnection();

        Assert.Equal(["token-1"], _server.Tokens);
    }

    [Theory]
    [InlineData("Server=orders.database.windows.net;TrustServerCertificate=true")]
    [InlineData("Server=orders.database.windows.net;Encrypt=Optional")]
    [InlineData("Server=localhost;TrustServerCertificate=true")]
    public void A_server_that_is_not_verified_gets_no_token(string connectionString)
    {
        using var connection = new SqlConnection(connectionString);

        Assert.Throws<InvalidOperationException>(() => connection.UseWorkloadIdentity(_acquirer));
        Assert.NotNull(connection.UseWorkloadIdentity(_acquirer, allowUnverifiedServer: true).AccessTokenCallback);
    }

    [Theory]
    [InlineData("Server=orders.database.windows.net")]
    [InlineData("Server=orders.database.windows.net;Encrypt=Strict;TrustServerCertificate=true")]
    [InlineData("Server=tcp:127.0.0.1,1433;TrustServerCertificate=true")]
    [InlineData("Server=127.0.0.1;Encrypt=Optional")]
    public void A_server_that_is_verified_or_local_gets_a_token(string connectionString)
    {
        using var connection = new SqlConnection(connectionString).UseWorkloadIdentity(_acquirer);

        Assert.NotNull(connection.AccessTokenCallback);
    }

    [Theory]
    [InlineData("Authentication=Active Directory Default")]
    [InlineData("Integrated Security=true")]
    public void Another_way_to_log_in_is_refused(string other)
    {
        using var connection = new SqlConnection($"Server=127.0.0.1,1;{other}");

        Assert.Throws<InvalidOperationException>(() => connection.UseWorkloadIdentity(_acquirer));
    }

    [Fact]
    public void A_token_that_is_a_credential_is_refused()
    {
        using var connection = new SqlConnection("Server=127.0.0.1");

        Assert.Throws<ArgumentException>(
            () => connection.UseWorkloadIdentity(_acquirer, new TokenRequest("api://AzureADTokenExchange/.default")));
    }

    [Theory]
    [InlineData(TokenBinding.Preferred)]
    [InlineData(TokenBinding.Required)]
    public void A_token_that_may_be_bound_to_a_certificate_is_refused(TokenBinding binding)
    {
        var request = new TokenRequest(SqlConnectionExtensions.AzureSqlScope) { Binding = binding };
        using var connection = new SqlConnection("Server=127.0.0.1");

        Assert.Throws<ArgumentException>("request", () => connection.UseWorkloadIdentity(_acquirer, request));
        Assert.Throws<ArgumentException>("request", () => new DbContextOptionsBuilder().UseWorkloadIdentity(_acquirer, request));
    }

    [Fact]
    public void A_context_refuses_it_where_it_is_configured() =>
        Assert.Throws<ArgumentException>("request", () => new DbContextOptionsBuilder().UseWorkloadIdentity(
            _acquirer, new TokenRequest("api://AzureADTokenExchange/.default")));

    private static object Callback(ITokenAcquirer acquirer, TokenRequest? request)
    {
        using var connection = new SqlConnection("Server=127.0.0.1").UseWorkloadIdentity(acquirer, request);
        return connection.AccessTokenCallback;
    }
}

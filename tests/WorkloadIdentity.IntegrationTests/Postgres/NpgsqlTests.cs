using System.Collections.Concurrent;
using Npgsql;
using PostgresSample;
using WorkloadIdentity.Npgsql;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.IntegrationTests;

/// <summary>Entra tokens as passwords of a real PostgreSQL, which asks for them in clear text as Azure's does.</summary>
[Collection(PostgresServerCollection.Name)]
public sealed class NpgsqlTests(PostgresServer server) : IAsyncLifetime, IDisposable
{
    private static readonly TokenRequest Request = new(NpgsqlTokenOptions.AzureDatabaseScope);

    private readonly string _role = $"orders-{Guid.NewGuid():N}";
    private EntraEmulator _entra = null!;
    private TokenAcquirer _acquirer = null!;

    private LocalPostgres Postgres => server.Postgres;

    public async Task InitializeAsync()
    {
        _entra = await EntraEmulator.StartAsync();
        var application = _entra.Application;
        _acquirer = new TokenAcquirer(new ApplicationCredential(
            application.TenantId,
            application.ClientId,
            ClientSecretAuthentication.FromValue(application.AddSecret()),
            new ApplicationCredentialOptions { AuthorityHost = _entra.AuthorityHost, Retry = new RetryOptions { MaxAttempts = 1 } }));
    }

    public async Task DisposeAsync() => await _entra.DisposeAsync();

    public void Dispose() => _acquirer.Dispose();

    [PostgresFact]
    public async Task New_connections_log_in_with_the_current_token_and_open_ones_outlive_it()
    {
        await using var dataSource = DataSource();
        var first = await _acquirer.GetTokenAsync(Request);
        await Postgres.SetPasswordAsync(_role, first.Value);
        await using var early = await dataSource.OpenConnectionAsync();

        var second = await _acquirer.RenewTokenAsync(Request, first);
        await Postgres.SetPasswordAsync(_role, second.Value);
        await using var late = await dataSource.OpenConnectionAsync();

        Assert.NotEqual(first.Value, second.Value);
        Assert.Equal(_role, await UserOfAsync(early));
        Assert.Equal(_role, await UserOfAsync(late));
        Assert.NotEqual(early.ProcessID, late.ProcessID);

        // The proof that the server looks at passwords at all, and that the first token is one no more.
        await using var byHand =
            new NpgsqlConnection(
                new NpgsqlConnectionStringBuilder(
                    Postgres.ConnectionString(_role))
                { Password = first.Value, Pooling = false }.ConnectionString);
        Assert.Equal("28P01", (await Assert.ThrowsAsync<PostgresException>(() => byHand.OpenAsync())).SqlState);
    }

    [PostgresFact]
    public async Task A_slim_data_source_logs_in_too()
    {
        await Postgres.SetPasswordAsync(_role, (await _acquirer.GetTokenAsync(Request)).Value);
        var builder = new NpgsqlSlimDataSourceBuilder(Postgres.ConnectionString(_role));
        await using var dataSource = builder.UseWorkloadIdentity(_acquirer).Build();

        await using var connection = await dataSource.OpenConnectionAsync();

        Assert.Equal(_role, await UserOfAsync(connection));
    }

    [PostgresFact]
    public async Task Connections_open_while_Entra_is_down_and_the_token_lives()
    {
        await Postgres.SetPasswordAsync(_role, (await _acquirer.GetTokenAsync(Request)).Value);
        await using var dataSource = DataSource();
        _entra.Faults.Outage = true;

        var connections = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => dataSource.OpenConnectionAsync().AsTask()));

        Assert.Equal(8, connections.Select(connection => connection.ProcessID).Distinct().Count());
        Assert.Single(_entra.Journal.TokenRequests);
        foreach (var connection in connections)
        {
            await connection.DisposeAsync();
        }
    }

    [PostgresFact]
    public async Task A_token_the_server_refuses_stands_in_no_error()
    {
        var token = await _acquirer.GetTokenAsync(Request);
        await Postgres.SetPasswordAsync(_role, "something-else");
        await using var dataSource = DataSource();

        var refusal = await Assert.ThrowsAsync<PostgresException>(() => dataSource.OpenConnectionAsync().AsTask());

        Assert.Equal("28P01", refusal.SqlState);
        Assert.DoesNotContain(token.Value, refusal.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(token.Value, dataSource.ConnectionString, StringComparison.Ordinal);
    }

    [PostgresFact]
    public async Task Why_there_is_no_token_comes_out_of_opening_the_connection()
    {
        _entra.Faults.Outage = true;
        await using var dataSource = DataSource();

        var failure = await Assert.ThrowsAnyAsync<Exception>(() => dataSource.OpenConnectionAsync().AsTask());

        Assert.Equal(TokenErrorKind.Unreachable, Cause<TokenAcquisitionException>(failure).Error.Kind);
    }

    [PostgresFact]
    public async Task Opening_without_await_works_where_a_context_has_one_thread()
    {
        await Postgres.SetPasswordAsync(_role, "token-of-a-slow-credential");
        using var acquirer = new TokenAcquirer(new SlowCredential("token-of-a-slow-credential"));
        await using var dataSource = new NpgsqlDataSourceBuilder(Postgres.ConnectionString(_role)).UseWorkloadIdentity(acquirer).Build();

        var user = await OneThread.RunAsync(() =>
        {
            using var connection = dataSource.OpenConnection();
            using var command = new NpgsqlCommand("select current_user", connection);
            return (string?)command.ExecuteScalar();
        }).WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System);

        Assert.Equal(_role, user);
    }

    [PostgresFact]
    public async Task A_connection_string_without_a_user_fails_before_a_token_is_asked_for()
    {
        await using var dataSource =
            new NpgsqlDataSourceBuilder($"Host=127.0.0.1;Port={Postgres.Port};Database=postgres").UseWorkloadIdentity(_acquirer).Build();

        var failure = await Assert.ThrowsAnyAsync<Exception>(() => dataSource.OpenConnectionAsync().AsTask());

        Assert.Contains("Username=orders-api", Cause<InvalidOperationException>(failure).Message, StringComparison.Ordinal);
        Assert.Empty(_entra.Journal.TokenRequests);
    }

    [PostgresFact]
    public async Task A_user_that_PGUSER_names_logs_in()
    {
        await Postgres.SetPasswordAsync(_role, (await _acquirer.GetTokenAsync(Request)).Value);
        var before = Environment.GetEnvironmentVariable("PGUSER");
        Environment.SetEnvironmentVariable("PGUSER", _role);
        try
        {
            await using var dataSource =
                new NpgsqlDataSourceBuilder($"Host=127.0.0.1;Port={Postgres.Port};Database=postgres").UseWorkloadIdentity(_acquirer)
                    .Build();
            await using var connection = await dataSource.OpenConnectionAsync();

            Assert.Equal(_role, await UserOfAsync(connection));
        }
        finally
        {
            Environment.SetEnvironmentVariable("PGUSER", before);
        }
    }

    [PostgresFact]
    public async Task A_token_that_does_not_come_within_the_time_limit_of_the_connection_string_is_what_the_error_tells()
    {
        await Postgres.SetPasswordAsync(_role, "anything");
        using var acquirer = new TokenAcquirer(new SilentCredential());
        await using var dataSource =
            new NpgsqlDataSourceBuilder($"{Postgres.ConnectionString(_role)};Timeout=3").UseWorkloadIdentity(acquirer).Build();

        var later = await Assert.ThrowsAnyAsync<NpgsqlException>(() => dataSource.OpenConnectionAsync().AsTask());
        var atOnce = Assert.ThrowsAny<NpgsqlException>(() => dataSource.OpenConnection());

        foreach (var failure in new[] { later, atOnce })
        {
            Assert.True(failure.IsTransient);
            Assert.Contains("No token for PostgreSQL came within 3 s", failure.ToString(), StringComparison.Ordinal);
        }
    }

    [PostgresFact]
    public async Task A_server_by_a_name_that_is_not_verified_is_shown_no_token()
    {
        // The name leads to this very machine: what counts is that nothing proves it.
        var connectionString = Postgres.ConnectionString(_role).Replace("127.0.0.1", "localhost", StringComparison.Ordinal);
        await using var refused = new NpgsqlDataSourceBuilder(connectionString).UseWorkloadIdentity(_acquirer).Build();
        await using var allowed =
            new NpgsqlDataSourceBuilder(connectionString).UseWorkloadIdentity(_acquirer, options => options.AllowUnverifiedServer = true)
                .Build();

        var failure = await Assert.ThrowsAnyAsync<Exception>(() => refused.OpenConnectionAsync().AsTask());

        Assert.Contains("SSL Mode=VerifyFull", Cause<InvalidOperationException>(failure).Message, StringComparison.Ordinal);
        Assert.Empty(_entra.Journal.TokenRequests);
        await Postgres.SetPasswordAsync(_role, (await _acquirer.GetTokenAsync(Request)).Value);
        await using var connection = await allowed.OpenConnectionAsync();
        Assert.Equal(_role, await UserOfAsync(connection));
    }

    private static async Task<string?> UserOfAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand("select current_user", connection);
        return (string?)await command.ExecuteScalarAsync();
    }

    private static T Cause<T>(Exception failure)
        where T : Exception
    {
        for (var exception = failure; exception is not null; exception = exception.InnerException)
        {
            if (exception is T cause)
            {
                return cause;
            }
        }

        throw new Xunit.Sdk.XunitException($"No {typeof(T).Name} in: {failure}");
    }

    private NpgsqlDataSource DataSource() =>
        new NpgsqlDataSourceBuilder(Postgres.ConnectionString(_role)).UseWorkloadIdentity(_acquirer).Build();

    /// <summary>Never has its token at once, and goes on wherever it was called from.</summary>
    private sealed class SlowCredential(string token) : Credential
    {
        public override string Name => "slow credential";

        protected override async ValueTask<TokenResult> AcquireCoreAsync(Acquisition acquisition, CancellationToken cancellationToken)
        {
            await Task.Yield();
            return TokenResult.Issued(new AccessToken(token, DateTimeOffset.MaxValue));
        }
    }

    private sealed class SilentCredential : Credential
    {
        public override string Name => "silent credential";

        protected override async ValueTask<TokenResult> AcquireCoreAsync(Acquisition acquisition, CancellationToken cancellationToken)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            throw new InvalidOperationException("It waits for ever.");
        }
    }

    /// <summary>
    /// A synchronization context with one thread, as a user interface has: who waits there for what is posted there waits for ever.
    /// </summary>
    private sealed class OneThread : SynchronizationContext
    {
        private readonly BlockingCollection<(SendOrPostCallback Callback, object? State)> _posted = [];

        public static Task<T> RunAsync<T>(Func<T> work)
        {
            var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
            var context = new OneThread();
            new Thread(() =>
            {
                SetSynchronizationContext(context);
                try
                {
                    result.SetResult(work());
                }
                catch (Exception exception)
                {
                    result.SetException(exception);
                }
            })
            { IsBackground = true }.Start();
            return result.Task;
        }

        // Nobody takes from the queue while the one thread blocks: that is the point.
        public override void Post(SendOrPostCallback d, object? state) => _posted.Add((d, state));
    }
}

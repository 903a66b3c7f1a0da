using Npgsql;
using WorkloadIdentity.Npgsql;

namespace WorkloadIdentity.Tests;

/// <summary>Which servers are shown a token. What a real one makes of it is for the integration tests.</summary>
public sealed class TokenPasswordTests
{
    private readonly ControlledAcquirer _acquirer = new();

    [Theory]
    [InlineData("Host=127.0.0.1")]
    [InlineData("Host=127.0.0.1;SSL Mode=Disable")]
    [InlineData("Host=::1")]
    [InlineData("Host=[::1]:5433,127.0.0.1:5434")]
    [InlineData("Host=/var/run/postgresql")]
    [InlineData("Host=orders.postgres.database.azure.com;SSL Mode=VerifyFull")]
    public async Task A_server_that_is_this_machine_or_is_verified_is_shown_the_token(string connection)
    {
        Assert.Equal("token-canary", await Password().GetAsync(Settings(connection), CancellationToken.None));
        Assert.Equal("token-canary", Password().Get(Settings(connection)));
    }

    [Theory]
    [InlineData("Host=orders.postgres.database.azure.com")]
    [InlineData("Host=orders.postgres.database.azure.com;SSL Mode=Require")]
    [InlineData("Host=orders.postgres.database.azure.com;SSL Mode=VerifyCA")]
    [InlineData("Host=localhost")]
    [InlineData("Host=127.0.0.1.evil.example")]
    [InlineData("Host=10.0.0.4")]
    [InlineData("Host=127.0.0.1,evil.example")]
    [InlineData("Host=evil.example,/var/run/postgresql")]
    [InlineData("Port=5432")]
    public async Task Any_other_is_not_and_the_error_says_what_to_add(string connection)
    {
        var later =
            await Assert.ThrowsAsync<InvalidOperationException>(
                () => Password().GetAsync(Settings(connection), CancellationToken.None).AsTask());
        var atOnce = Assert.Throws<InvalidOperationException>(() => Password().Get(Settings(connection)));

        Assert.Contains("Add SSL Mode=VerifyFull", later.Message, StringComparison.Ordinal);
        Assert.Equal(later.Message, atOnce.Message);
        Assert.Equal(0, _acquirer.Count);
    }

    [Fact]
    public async Task Scope_and_tenant_are_those_of_the_options()
    {
        await Password(options =>
        {
            options.Scope = "https://ossrdbms-aad.database.usgovcloudapi.net/.default";
            options.TenantId = "contoso.com";
        }).GetAsync(Settings("Host=127.0.0.1"), CancellationToken.None);
        await Password().GetAsync(Settings("Host=127.0.0.1"), CancellationToken.None);

        Assert.Equal(
            [new TokenRequest("https://ossrdbms-aad.database.usgovcloudapi.net/.default").ForTenant("contoso.com"), new TokenRequest(
                "https://ossrdbms-aad.database.windows.net/.default")],
            _acquirer.Asked);
    }

    [Fact]
    public void What_cannot_be_asked_for_is_refused_where_it_is_written()
    {
        var builder = new NpgsqlDataSourceBuilder("Host=127.0.0.1;Username=orders");

        Assert.Throws<ArgumentException>(() => builder.UseWorkloadIdentity(_acquirer, options => options.TenantId = "common"));
        Assert.Throws<ArgumentException>(() => builder.UseWorkloadIdentity(_acquirer, options => options.Scope = ""));
        Assert.Throws<ArgumentException>(
            () => builder.UseWorkloadIdentity(_acquirer, options => options.Scope = "api://AzureADTokenExchange/.default"));
        Assert.Throws<ArgumentNullException>(() => builder.UseWorkloadIdentity(null!));
    }

    /// <summary>
    /// With it, a Kerberos server would be shown the token instead of the one that TLS verifies, and each failure would be tried twice.
    /// </summary>
    [Theory]
    [InlineData("", GssEncryptionMode.Disable)]
    [InlineData("GSS Encryption Mode=Prefer", GssEncryptionMode.Prefer)]
    [InlineData("GSS Encryption Mode=Require", GssEncryptionMode.Require)]
    public void GSS_encryption_is_used_only_when_it_is_asked_for(string connection, GssEncryptionMode expected)
    {
        var builder = new NpgsqlDataSourceBuilder($"Host=orders.example;Username=orders;{connection}");
        var slim = new NpgsqlSlimDataSourceBuilder($"Host=orders.example;Username=orders;{connection}");

        builder.UseWorkloadIdentity(_acquirer);
        slim.UseWorkloadIdentity(_acquirer);

        Assert.Equal(
            (expected, expected), (builder.ConnectionStringBuilder.GssEncryptionMode, slim.ConnectionStringBuilder.GssEncryptionMode));
    }

    [Theory]
    [InlineData("Username=orders", "", true)]
    [InlineData("", "orders", true)]
    [InlineData("", "", false)]
    [InlineData("Username=", "", false)]
    public async Task A_user_is_named_by_the_connection_string_or_by_PGUSER(string connection, string variable, bool isNamed)
    {
        var password =
            TokenPassword.Create(_acquirer, null, WorkloadEnvironment.FromValues(new Dictionary<string, string> { ["PGUSER"] = variable }));
        var opening = password.GetAsync(new NpgsqlConnectionStringBuilder($"Host=127.0.0.1;{connection}"), CancellationToken.None).AsTask();

        if (isNamed)
        {
            Assert.Equal("token-canary", await opening);
            return;
        }

        Assert.Contains(
            "Username=orders-api", (await Assert.ThrowsAsync<InvalidOperationException>(() => opening)).Message, StringComparison.Ordinal);
        Assert.Equal(0, _acquirer.Count);
    }

    [Theory]
    [InlineData("Timeout=2", 2)]
    [InlineData("", 15)]
    public async Task The_time_limit_of_the_connection_string_bounds_the_wait_and_the_error_says_it_was_the_token(
        string connection, int seconds)
    {
        var clock = new FakeClock();
        var acquirer = new ControlledAcquirer { HangsOn = clock };
        var password = TokenPassword.Create(acquirer, null, timeProvider: clock);
        var before = clock.Now;

        var failure =
            await Assert.ThrowsAsync<TimeoutException>(
                () => clock.RunUntilAsync(() => password.GetAsync(Settings($"Host=127.0.0.1;{connection}"), CancellationToken.None)));

        Assert.InRange((clock.Now - before).TotalSeconds, seconds, seconds + 0.5);
        Assert.Contains(
            $"No token for PostgreSQL came within {seconds} s, the Timeout of the connection string.",
            failure.Message,
            StringComparison.Ordinal);
        Assert.Equal(TokenErrorKind.TimedOut, Assert.IsType<TokenAcquisitionException>(failure.InnerException).Error.Kind);
        Assert.True(acquirer.Left);
        Assert.True(new NpgsqlException("An exception was thrown from the password provider", failure).IsTransient);
    }

    [Fact]
    public async Task No_limit_is_no_limit_and_a_caller_who_leaves_is_no_time_out()
    {
        var clock = new FakeClock();
        using var leaves = new CancellationTokenSource();
        var waiting =
            TokenPassword.Create(new ControlledAcquirer { HangsOn = clock }, null, timeProvider: clock)
                .GetAsync(Settings("Host=127.0.0.1;Timeout=0"), leaves.Token).AsTask();

        Assert.Equal(0, clock.PendingTimers);
        await leaves.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    private static NpgsqlConnectionStringBuilder Settings(string connection) => new(connection) { Username = "orders" };

    private TokenPassword Password(Action<NpgsqlTokenOptions>? configure = null) => TokenPassword.Create(_acquirer, configure);

    private sealed class ControlledAcquirer : ITokenAcquirer
    {
        private readonly List<TokenRequest> _asked = [];

        public IReadOnlyList<TokenRequest> Asked => _asked;

        public int Count => _asked.Count;

        public FakeClock? HangsOn { get; init; }

        /// <summary>Whether the one who waited has left.</summary>
        public bool Left { get; private set; }

        public ValueTask<AccessToken> GetTokenAsync(TokenRequest request, CancellationToken cancellationToken = default)
        {
            _asked.Add(request);
            if (HangsOn is { } clock)
            {
                cancellationToken.Register(() => Left = true);
                return new ValueTask<AccessToken>(clock.HangForeverAsync<AccessToken>(cancellationToken));
            }

            return ValueTask.FromResult(new AccessToken("token-canary", DateTimeOffset.MaxValue));
        }

        public ValueTask<AccessToken> RenewTokenAsync(
            TokenRequest request, AccessToken? rejected, string? claims = null, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();
    }
}

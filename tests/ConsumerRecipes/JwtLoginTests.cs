using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using WorkloadIdentity;
using WorkloadIdentity.Testing;

namespace ConsumerRecipes;

/// <summary>The recipes for servers that take an Entra token at their login, against a player of their HTTP interfaces.</summary>
public sealed class JwtLoginTests : IAsyncLifetime, IDisposable
{
    private EntraEmulator _entra = null!;
    private JwtLoginServer _server = null!;
    private TokenAcquirer _acquirer = null!;

    public async Task InitializeAsync()
    {
        _entra = await EntraEmulator.StartAsync();
        _entra.AddApi("api://vault");
        _entra.AddApi("api://snowflake");
        _server = await JwtLoginServer.StartAsync(_entra);
        _acquirer = OrdersBench.AcquirerOf(_entra, _entra.Application);
    }

    public void Dispose() => _acquirer.Dispose();

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        await _entra.DisposeAsync();
    }

    [Fact]
    public async Task Vault_logs_the_workload_in_once_and_its_token_reads_a_secret()
    {
        using var client = new HttpClient { BaseAddress = _server.Address };
        using var login = new TokenAcquirer(new VaultLogin(client, _acquirer, "orders"));

        Assert.Equal("42", (await Vault.ReadAsync(client, login, CancellationToken.None)).GetProperty("key").GetString());
        Assert.Equal("42", (await Vault.ReadAsync(client, login, CancellationToken.None)).GetProperty("key").GetString());
        Assert.Equal(1, _server.Logins);
    }

    [Fact]
    public async Task Vault_refuses_another_role_and_the_error_says_so()
    {
        using var client = new HttpClient { BaseAddress = _server.Address };
        using var login = new TokenAcquirer(new VaultLogin(client, _acquirer, "another"));

        var failure = await Assert.ThrowsAsync<TokenAcquisitionException>(
            () => Vault.ReadAsync(client, login, CancellationToken.None));

        Assert.Contains("Vault refused the login as 'another' (400).", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Snowflake_gets_the_token_and_the_header_that_says_what_it_is()
    {
        var services = new ServiceCollection();
        services.AddWorkloadIdentity(_acquirer);
        Snowflake.Register(services);
        services.AddHttpClient("snowflake", client => client.BaseAddress = _server.Address);
        await using var provider = services.BuildServiceProvider();
        using var client = provider.GetRequiredService<IHttpClientFactory>().CreateClient("snowflake");

        using var response = await client.PostAsJsonAsync("/api/v2/statements", new { statement = "select current_user()" });

        var rows = await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(_entra.Application.ClientId, rows.GetProperty("data")[0][0].GetString());
    }

    [Fact]
    public void The_exchange_with_Databricks_is_registered()
    {
        var services = new ServiceCollection();
        TokenExchange.Register(services);
        using var provider = services.BuildServiceProvider();

        Assert.NotNull(provider.GetRequiredKeyedService<ITokenAcquirer>("databricks"));
    }
}

using Azure.Core.Pipeline;
using Azure.Identity;
using Azure.Security.KeyVault.Secrets;
using AzureSdk;
using WorkloadIdentity.Azure;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Tests;

/// <summary>
/// Azure's own client for Key Vault, over https with its checks on, against a vault that has every token judged by the emulator.
/// </summary>
public sealed class SecretClientTests : IAsyncLifetime
{
    private const string Scope = $"{SmallVault.Audience}/.default";
    private const string Claims = """{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}""";

    private EntraEmulator _entra = null!;
    private SmallVault _vault = null!;

    public async Task InitializeAsync()
    {
        _entra = await EntraEmulator.StartAsync();
        _vault = await SmallVault.StartAsync(_entra, NewName());
        _vault.Keep("database", "Host=db");
    }

    public async Task DisposeAsync()
    {
        await _vault.DisposeAsync();
        await _entra.DisposeAsync();
    }

    [Fact]
    public async Task A_secret_is_read_through_the_vaults_tenant_challenge()
    {
        using var acquirer = Application();

        var secret = await Client(acquirer).GetSecretAsync("database");

        Assert.Equal("Host=db", secret.Value.Value);
        Assert.Equal(["401 tenant", "200"], _vault.Answers);
        var asked = Assert.Single(_entra.Journal.TokenRequests);
        Assert.Equal((_entra.Tenant.Id, Scope), (asked.TenantId, asked.Scope));
        Assert.Contains("cp1", asked.Claims, StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_is_read_synchronously()
    {
        using var acquirer = Application();

        Assert.Equal("Host=db", Client(acquirer).GetSecret("database").Value.Value);
    }

    [Fact]
    public async Task A_claims_challenge_is_answered_with_one_new_token()
    {
        using var acquirer = Application();
        var client = Client(acquirer);
        await client.GetSecretAsync("database");
        _vault.Demand(Claims);

        var secret = await client.GetSecretAsync("database");

        Assert.Equal("Host=db", secret.Value.Value);
        Assert.Equal(["401 tenant", "200", "401 claims", "200"], _vault.Answers);
        Assert.Equal(2, _entra.Journal.TokenRequests.Count);
        Assert.Contains("1604106651", _entra.Journal.TokenRequests[1].Claims, StringComparison.Ordinal);
        Assert.Contains("cp1", _entra.Journal.TokenRequests[1].Claims, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Clients_and_the_handler_share_one_cache()
    {
        using var acquirer = Application();
        using var http = Handler(acquirer);

        using var first = await http.GetAsync(new Uri(_vault.Url, "secrets/database"));
        await Client(acquirer).GetSecretAsync("database");
        await Client(acquirer).GetSecretAsync("database");
        _vault.Demand(Claims);
        await Client(acquirer).GetSecretAsync("database");
        using var last = await http.GetAsync(new Uri(_vault.Url, "secrets/database"));

        Assert.True(first.IsSuccessStatusCode && last.IsSuccessStatusCode);
        Assert.Equal(2, _entra.Journal.TokenRequests.Count);
    }

    [Fact]
    public async Task A_managed_identity_answers_although_the_challenge_names_a_tenant()
    {
        var environment = WorkloadEnvironment.FromValues(_entra.AppServiceEnvironment(), new Dictionary<string, byte[]>());
        using var acquirer =
            new TokenAcquirer(new ManagedIdentityCredential(options: new ManagedIdentityCredentialOptions { Environment = environment }));

        var secret = await Client(acquirer).GetSecretAsync("database");

        Assert.Equal("Host=db", secret.Value.Value);
        Assert.Single(_entra.Journal.ManagedIdentityRequests);
    }

    [Fact]
    public async Task A_vault_of_another_tenant_gets_no_token_unless_that_tenant_is_allowed()
    {
        var other = _entra.AddTenant();
        _entra.Application.AddToTenant(other);
        await using var foreign = await SmallVault.StartAsync(_entra, NewName(), other.Id, _vault.Judge);
        foreign.Keep("database", "Host=foreign");
        using var own = Application();
        using var both = Application(options => options.AdditionallyAllowedTenants.Add(other.Id));

        var exception = await Assert.ThrowsAsync<AuthenticationFailedException>(() => Client(own, foreign).GetSecretAsync("database"));
        var secret = await Client(both, foreign).GetSecretAsync("database");

        Assert.Contains("AdditionallyAllowedTenants", exception.Message, StringComparison.Ordinal);
        Assert.Equal("Host=foreign", secret.Value.Value);
        Assert.Equal([other.Id], _entra.Journal.TokenRequests.Select(asked => asked.TenantId));
    }

    [Fact]
    public async Task A_refusal_by_Entra_says_what_Entra_said()
    {
        using var acquirer = new TokenAcquirer(new ApplicationCredential(
            _entra.Tenant.Id, _entra.Application.ClientId, ClientSecretAuthentication.FromValue("canary-wrong"),
            new ApplicationCredentialOptions { AuthorityHost = _entra.AuthorityHost }));

        var exception = await Assert.ThrowsAsync<AuthenticationFailedException>(() => Client(acquirer).GetSecretAsync("database"));

        Assert.Equal(7000215, Assert.IsType<TokenAcquisitionException>(exception.InnerException).Error.EntraErrorCodes[0]);
        Assert.DoesNotContain("canary", exception.ToString(), StringComparison.Ordinal);
        Assert.Single(_entra.Journal.TokenRequests);
    }

    /// <summary>The client remembers a vault's challenge for the life of the process, by the vault's name.</summary>
    internal static string NewName() => $"vault-{Guid.NewGuid():N}"[..20];

    private TokenAcquirer Application(Action<ApplicationCredentialOptions>? configure = null)
    {
        var options = new ApplicationCredentialOptions { AuthorityHost = _entra.AuthorityHost };
        configure?.Invoke(options);
        return new TokenAcquirer(new ApplicationCredential(
            _entra.Tenant.Id, _entra.Application.ClientId, ClientSecretAuthentication.FromValue(_entra.Application.AddSecret()), options));
    }

    private SecretClient Client(TokenAcquirer acquirer, SmallVault? vault = null)
    {
        vault ??= _vault;
        return new SecretClient(vault.Url, acquirer.AsTokenCredential(), new SecretClientOptions
        {
            Transport = new HttpClientTransport(vault.CreateNetwork()),
            Retry = { MaxRetries = 0 },
        });
    }

    private HttpClient Handler(TokenAcquirer acquirer) => new(new AccessTokenHandler(
        acquirer, new TokenRequest(Scope), new AccessTokenHandlerOptions { AllowedOrigins = { _vault.Url } })
    { InnerHandler = _vault.CreateNetwork() });
}

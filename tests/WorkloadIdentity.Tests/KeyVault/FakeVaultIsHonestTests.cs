using Azure;
using Azure.Core.Pipeline;
using Azure.Security.KeyVault.Secrets;
using AzureSdk;
using WorkloadIdentity.Azure;
using WorkloadIdentity.KeyVault;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Tests;

/// <summary>Azure's own client and ours in front of the same vaults: the one in memory, and one over https.</summary>
public sealed class FakeVaultIsHonestTests
{
    private readonly VaultBench _bench = new();

    [Fact]
    public async Task Azures_client_reads_what_ours_reads()
    {
        var old = _bench.Fake.Keep("database", "old");
        var current = _bench.Fake.Keep("database", "current");
        var client = Client();

        var latest = (await client.GetSecretAsync("database")).Value;
        var first = (await client.GetSecretAsync("database", old.Version)).Value;
        await _bench.Entra.Issues().RunAsync(_bench.Vault.Secret("database"));

        Assert.Equal(("current", current.Version), (latest.Value, latest.Properties.Version));
        Assert.Equal(("old", old.Version), (first.Value, first.Properties.Version));
        Assert.Equal("current", _bench.Sent(0)["client_secret"]);
    }

    [Fact]
    public async Task Azures_client_understands_the_secret_of_a_certificate()
    {
        var version = _bench.Fake.Import("orders-api", TestCertificate.One);

        var secret = (await Client().GetSecretAsync("orders-api")).Value;

        Assert.Equal(
            (version.Version, "application/x-pkcs12", true),
            (secret.Properties.Version, secret.Properties.ContentType, secret.Properties.Enabled));
        Assert.Equal(TestCertificate.NotAfter, secret.Properties.ExpiresOn);
    }

    [Fact]
    public async Task Azures_client_finds_the_same_versions_page_by_page()
    {
        var versions = new[] { _bench.Fake.Keep("database", "1"), _bench.Fake.Keep("database", "2"), _bench.Fake.Keep("database", "3") };
        versions[1].IsEnabled = false;

        var found = new List<SecretProperties>();
        await foreach (var properties in Client().GetPropertiesOfSecretVersionsAsync("database"))
        {
            found.Add(properties);
        }

        Assert.Equal(
            versions.Select(version => (version.Version, (bool?)version.IsEnabled)),
            found.Select(properties => (properties.Version, properties.Enabled)));
        Assert.Equal(_bench.Entra.Clock.Now, found[0].CreatedOn);
    }

    [Fact]
    public async Task Azures_client_meets_the_same_refusals()
    {
        _bench.Fake.Keep("disabled", "1").IsEnabled = false;

        var absent = await Assert.ThrowsAsync<RequestFailedException>(() => Client().GetSecretAsync("absent"));
        var disabled = await Assert.ThrowsAsync<RequestFailedException>(() => Client().GetSecretAsync("disabled"));

        Assert.Equal((404, "SecretNotFound"), (absent.Status, absent.ErrorCode));
        Assert.Equal((403, "Forbidden"), (disabled.Status, disabled.ErrorCode));
    }

    [Fact]
    public async Task Over_https_both_read_the_same_secret_of_a_vault_that_has_every_token_judged()
    {
        await using var entra = await EntraEmulator.StartAsync();
        await using var vault = await SmallVault.StartAsync(entra, SecretClientTests.NewName());
        var secret = entra.Application.AddSecret();
        vault.Keep("application-secret", secret);
        using var machine = new TokenAcquirer(Application(entra, ClientSecretAuthentication.FromValue(secret)));
        using var network = vault.CreateNetwork();
        using var azures = vault.CreateNetwork();

        var theirs =
            await new SecretClient(
                vault.Url,
                machine.AsTokenCredential(),
                new SecretClientOptions { Transport = new HttpClientTransport(azures), Retry = { MaxRetries = 0 } }).GetSecretAsync(
                    "application-secret");
        var ours = new Vault(vault.Url, machine, new VaultOptions { Transport = network }).Secret("application-secret");
        using var application = new TokenAcquirer(Application(entra, ours));
        await application.GetTokenAsync(new TokenRequest(entra.Api.Scope));

        Assert.Equal(secret, theirs.Value.Value);
        Assert.Equal(["401 tenant", "200", "200"], vault.Answers);
        Assert.Equal(["https://vault.azure.net/.default", entra.Api.Scope], entra.Journal.TokenRequests.Select(request => request.Scope));
    }

    private static ApplicationCredential Application(EntraEmulator entra, ClientAuthentication proof) =>
        new(entra.Tenant.Id, entra.Application.ClientId, proof, new ApplicationCredentialOptions { AuthorityHost = entra.AuthorityHost });

    private SecretClient Client() => new(
        _bench.Fake.Address,
        new TokenAcquirer(FakeCredential.Issuing("vault-token")).AsTokenCredential(),
        new SecretClientOptions(
            SecretClientOptions.ServiceVersion.V7_4)
        { Transport = new HttpClientTransport(_bench.Fake), Retry = { MaxRetries = 0 } });
}

using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using WorkloadIdentity.KeyVault;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Tests;

/// <summary>Registered identities whose proof lies in a vault: who reaches it, and that nobody is needed for their own making.</summary>
public sealed class WorkloadIdentityKeyVaultExtensionsTests
{
    private static readonly Uri Address = new("https://orders.vault.azure.net");

    private readonly VaultBench _bench = new();
    private readonly ServiceCollection _services = new();

    public WorkloadIdentityKeyVaultExtensionsTests()
    {
        _services.AddSingleton(WorkloadEnvironment.FromValues(new Dictionary<string, string>()));
        _services.AddSingleton<TimeProvider>(_bench.Entra.Clock);
        _services.AddKeyVaultKinds(Fake);
        _bench.Fake.Keep("database", "value");
        _bench.Fake.Import("orders-api", TestCertificate.One);
    }

    [Fact]
    public async Task The_vault_is_reached_with_the_identity_that_is_named()
    {
        _services.AddWorkloadIdentity("machine")
            .UseCredential(_ => FakeCredential.Issuing("vault-token", timeProvider: _bench.Entra.Clock));
        Use(_services.AddWorkloadIdentity(), "machine", vault => vault.Secret("database")).Configure(AskFake);
        _bench.Entra.Issues();

        await GetTokenAsync();

        Assert.Equal("value", _bench.Sent(0)["client_secret"]);
    }

    [Fact]
    public async Task An_identity_made_before_the_services_reaches_it_too()
    {
        using var machine =
            new TokenAcquirer(
                FakeCredential.Issuing("vault-token", timeProvider: _bench.Entra.Clock),
                new TokenAcquirerOptions { TimeProvider = _bench.Entra.Clock });
        _services.AddWorkloadIdentity(machine);
        Use(_services.AddWorkloadIdentity("orders"), reachedWith: null, vault => vault.RemoteCertificate("orders-api")).Configure(AskFake);
        _bench.Entra.Issues();

        await GetTokenAsync("orders");

        Assert.Equal("one Pss", _bench.SignedBy(0));
    }

    [Fact]
    public async Task An_application_of_many_tenants_proves_itself_from_a_vault_in_each()
    {
        _services.AddWorkloadIdentity("machine")
            .UseCredential(_ => FakeCredential.Issuing("vault-token", timeProvider: _bench.Entra.Clock));
        _services.AddWorkloadIdentity()
            .UseMultiTenantKeyVault(EntraFake.ClientId, Address, "machine", vault => vault.DownloadedCertificate("orders-api"), Fake)
            .Configure(AskFake);
        _bench.Entra.Issues("a").Issues("b");
        await using var provider = _services.BuildServiceProvider();
        var acquirer = provider.GetRequiredService<ITokenAcquirer>();

        foreach (var tenant in new[] { EntraFake.Tenant, EntraFake.OtherTenant })
        {
            await _bench.Entra.Clock.RunUntilAsync(() => acquirer.GetTokenAsync(new TokenRequest(EntraFake.Scope) { TenantId = tenant }));
        }

        Assert.Equal(2, _bench.Fake.Requests.Count);
        Assert.Equal(2, _bench.Entra.Server.Requests.Select(request => request.Uri).Distinct().Count());
    }

    [Theory]
    [InlineData("""{ "Kind": "KeyVaultSecret", "SecretName": "database", {0} }""", "value")]
    [InlineData("""{ "Kind": "keyvaultcertificate", "CertificateName": "orders-api", {0} }""", null)]
    [InlineData(
        """{ "Kind": "KeyVaultCertificate", "CertificateName": "orders-api", "SignInVault": "true", "SendCertificateChain": true, {0} }""",
        null)]
    [InlineData("""{ "Kind": "Chain", "Credentials": [ { "Kind": "KeyVaultSecret", "SecretName": "database", {0} } ] }""", "value")]
    public async Task Configuration_names_vaults(string json, string? secret)
    {
        _services.AddWorkloadIdentity("machine")
            .UseCredential(_ => FakeCredential.Issuing("vault-token", timeProvider: _bench.Entra.Clock));
        Configured(
            null,
            json.Replace(
                "{0}",
                $"\"Vault\": \"{Address}\", \"VaultIdentity\": \"machine\", \"TenantId\": \"{EntraFake.Tenant}\", \"ClientId\": "
                    + $"\"{EntraFake.ClientId}\"",
                StringComparison.Ordinal)).Configure(AskFake);
        _bench.Entra.Issues();

        await GetTokenAsync();

        Assert.Equal(secret, _bench.Sent(0).GetValueOrDefault("client_secret"));
        Assert.Equal(
            json.Contains("SignInVault", StringComparison.Ordinal),
            _bench.Fake.Requests.Any(request => request.EndsWith("/sign", StringComparison.Ordinal)));
        Assert.Equal(
            json.Contains("SendCertificateChain", StringComparison.Ordinal),
            secret is null && new SentAssertion(_bench.Sent(0)["client_assertion"]).HeaderNames.Contains("x5c"));
    }

    [Theory]
    [InlineData(
        """{ "Kind": "KeyVaultSecret" }""",
        "Identity:SecretName is missing or empty.",
        "Identity:Vault is missing or empty.",
        "Identity:TenantId is missing or empty.")]
    [InlineData(
        """{ "Kind": "KeyVaultSecret", "SecretName": "canary/x", "Vault": "https://orders.vault.azure.net" }""",
        "Identity:SecretName cannot be used. The name of a secret")]
    [InlineData(
        """{ "Kind": "KeyVaultCertificate", "CertificateName": "x", "Vault": "https://vault.corp.example" }""",
        "Identity:Vault cannot be used. 'vault.corp.example' is not a host of Key Vault")]
    [InlineData(
        """{ "Kind": "KeyVaultCertificate", "CertificateName": "x", "Vault": "canary" }""",
        "Identity:Vault is not an absolute URL. Expected something like https://orders.vault.azure.net.")]
    [InlineData(
        """{ "Kind": "KeyVaultCertificate", "CertificateName": "x", "Vault": "https://orders.vault.azure.net", "SignInVault": "canary" }""",
        "Identity:SignInVault is not true or false.")]
    [InlineData(
        """{ "Kind": "KeyVaultCertificate", "CertificateName": "x", "Vault": "https://orders.vault.azure.net", "Thumbprint": "canary" }""",
        "Identity:Thumbprint is not a setting of kind KeyVaultCertificate.")]
    public void What_is_wrong_with_the_settings_is_named(string json, params string[] expected)
    {
        Configured(null, json);

        var message = Assert.Throws<OptionsValidationException>(Start).Message;

        Assert.All(expected, text => Assert.Contains(text, message, StringComparison.Ordinal));
        Assert.DoesNotContain("canary", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("machine", "the identity 'machine', which is not registered. Call services.AddWorkloadIdentity(\"machine\").")]
    [InlineData(null, "the default identity, which is not registered. Call services.AddWorkloadIdentity().")]
    public void An_identity_that_is_not_registered_is_told_at_start(string? reachedWith, string expected)
    {
        Use(_services.AddWorkloadIdentity("orders"), reachedWith, vault => vault.Secret("database"));

        Assert.Contains(expected, Assert.Throws<OptionsValidationException>(Start).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_wrong_with_the_vaults_identity_is_told_of_both()
    {
        Configured("machine", """{ "Kind": "ManagedIdentity", "ClientId": "canary" }""");
        Use(_services.AddWorkloadIdentity(), "machine", vault => vault.Secret("database"));
        using var provider = _services.BuildServiceProvider();

        var exception = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<ITokenAcquirer>());

        Assert.Contains(
            "The default identity: Its key vault is reached with the identity 'machine', which cannot be used. The identity 'machine': "
                + "Identity:ClientId cannot be used.",
            exception.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_vault_reached_with_the_identity_it_is_for_is_refused_where_it_is_said()
    {
        var unnamed =
            Assert.Throws<InvalidOperationException>(
                () => Use(_services.AddWorkloadIdentity(), reachedWith: null, vault => vault.Secret("database")));
        var named =
            Assert.Throws<InvalidOperationException>(
                () => Use(_services.AddWorkloadIdentity("orders"), "orders", vault => vault.Secret("database")));

        Assert.StartsWith(
            "The default identity: Its key vault is reached with itself (the default one → the default one). An identity cannot need its "
                + "own token",
            unnamed.Message,
            StringComparison.Ordinal);
        Assert.StartsWith(
            "The identity 'orders': Its key vault is reached with itself ('orders' → 'orders').", named.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_circle_of_several_is_refused_where_it_closes()
    {
        Use(_services.AddWorkloadIdentity("a"), "b", vault => vault.Secret("database"));
        Use(_services.AddWorkloadIdentity("b"), "c", vault => vault.Secret("database"));

        var exception =
            Assert.Throws<InvalidOperationException>(() => Use(_services.AddWorkloadIdentity("c"), "a", vault => vault.Secret("database")));

        Assert.Contains("an identity that needs this one ('c' → 'a' → 'b' → 'c')", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_circle_through_configuration_is_refused_at_start(bool both)
    {
        const string Vault =
            """
            { "Kind": "KeyVaultSecret", "SecretName": "database", "Vault": "https://orders.vault.azure.net", "TenantId": "contoso.com",
              "ClientId": "6bf7ab3f-6a37-4f6d-9a3c-2ee0f1d1f8a3", "VaultIdentity": "{0}" }
            """;
        Configured("a", Vault.Replace("{0}", "b", StringComparison.Ordinal));
        _ =
            both
                ? Configured("b", Vault.Replace("{0}", "a", StringComparison.Ordinal))
                : Use(_services.AddWorkloadIdentity("b"), "a", vault => vault.Secret("database"));
        await using var provider = _services.BuildServiceProvider();

        var exceptions =
            await Task.WhenAll(new[] { "a", "b" }.Select(name =>
                Task.Run(() => Record.Exception(() => provider.GetRequiredKeyedService<ITokenAcquirer>(name)))))
                    .WaitAsync(TimeSpan.FromSeconds(30));

        Assert.All(
            exceptions,
            exception =>
                Assert.Contains(
                    "an identity that needs this one ('",
                    Assert.IsType<OptionsValidationException>(exception).Message,
                    StringComparison.Ordinal));
    }

    [Fact]
    public void The_readmes_settings_make_an_identity()
    {
        var readme = Repository.Read("src/WorkloadIdentity.KeyVault/README.md").ReplaceLineEndings("\n");
        var json = readme.Split("```json\n")[1].Split("```")[0];
        _services.AddWorkloadIdentity("machine").UseManagedIdentity();
        _services.AddWorkloadIdentity(new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json))).Build()
            .GetSection("WorkloadIdentity"));

        Start();
    }

    [Fact]
    public void Its_kinds_are_documented_with_their_settings()
    {
        var page = Repository.Read("docs/configuration.md").ReplaceLineEndings("\n");

        Assert.All(_services.Select(service => service.ImplementationInstance).OfType<CredentialKind>(), kind =>
        {
            Assert.Contains($"### {kind.Name}\n", page, StringComparison.Ordinal);
            Assert.All(kind.Settings, name => Assert.Contains($"`{name}`", page, StringComparison.Ordinal));
        });
    }

    [Fact]
    public void A_vault_that_two_identities_share_is_no_circle()
    {
        _services.AddWorkloadIdentity("machine").UseManagedIdentity();
        foreach (var name in new[] { "a", "b" })
        {
            Use(_services.AddWorkloadIdentity(name), "machine", vault => vault.Secret("database"));
        }

        Use(_services.AddWorkloadIdentity("c"), "a", vault => vault.Secret("database"));
        using var provider = _services.BuildServiceProvider();

        Assert.All(["a", "b", "c"], name => Assert.IsType<TokenAcquirer>(provider.GetRequiredKeyedService<ITokenAcquirer>(name)));
    }

    [Fact]
    public void What_is_wrong_in_code_is_told_by_the_line_that_has_it()
    {
        var builder = _services.AddWorkloadIdentity();

        Assert.Throws<ArgumentException>(
            () => builder.UseKeyVault("common", EntraFake.ClientId, Address, "machine", vault => vault.Secret("x")));
        Assert.Throws<ArgumentException>(
            () => builder.UseKeyVault(EntraFake.Tenant, "no guid", Address, "machine", vault => vault.Secret("x")));
        Assert.Throws<ArgumentException>(() =>
            builder.UseKeyVault(
                EntraFake.Tenant, EntraFake.ClientId, new Uri("https://vault.corp.example"), "machine", vault => vault.Secret("x")));
        Assert.Throws<ArgumentException>(
            () => builder.UseKeyVault(EntraFake.Tenant, EntraFake.ClientId, Address, "machine", vault => vault.Secret("a/b")));
        Assert.Throws<ArgumentException>(() => builder.UseKeyVault(EntraFake.Tenant, EntraFake.ClientId, Address, "machine", _ => null!));
        Assert.Throws<InvalidOperationException>(() => _services.AddKeyVaultKinds());
    }

    private WorkloadIdentityBuilder Use(WorkloadIdentityBuilder builder, string? reachedWith, Func<Vault, ClientAuthentication> proof) =>
        builder.UseKeyVault(EntraFake.Tenant, EntraFake.ClientId, Address, reachedWith, proof, Fake);

    private WorkloadIdentityBuilder Configured(string? name, string json)
    {
        var section =
            new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes($$"""{ "Identity": {{json}} }"""))).Build()
                .GetSection("Identity");
        return name is null ? _services.AddWorkloadIdentity(section) : _services.AddWorkloadIdentity(name, section);
    }

    private async Task GetTokenAsync(string? name = null)
    {
        await using var provider =
            _services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });
        var acquirer = provider.GetRequiredKeyedService<ITokenAcquirer>(name);
        await _bench.Entra.Clock.RunUntilAsync(() => acquirer.GetTokenAsync(new TokenRequest(EntraFake.Scope)));
    }

    private void Start()
    {
        using var provider = _services.BuildServiceProvider();
        provider.GetRequiredService<IStartupValidator>().Validate();
    }

    private void Fake(VaultOptions options)
    {
        options.Transport = _bench.Fake;
        options.TimeLimit = TimeSpan.FromMinutes(59);
    }

    private void AskFake(WorkloadIdentityOptions options)
    {
        options.Credentials.HttpClient = _bench.Entra.Server.Client;
        options.Acquirer.AcquisitionTimeLimit = TimeSpan.FromHours(1);
        options.Credentials.Retry = new RetryOptions { AttemptTimeout = TimeSpan.FromMinutes(59) };
    }
}

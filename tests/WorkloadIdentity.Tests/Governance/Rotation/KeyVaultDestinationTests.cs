using System.Net;
using WorkloadIdentity.Governance;
using WorkloadIdentity.KeyVault;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Tests;

#pragma warning disable CA1001 // DisposeAsync disposes them.
public sealed class KeyVaultDestinationTests : IAsyncLifetime
#pragma warning restore CA1001
{
    private RotationBench _bench = null!;
    private FakeVault _vault = null!;
    private TokenAcquirer _acquirer = null!;

    public async Task InitializeAsync()
    {
        _bench = await RotationBench.StartAsync();
        _vault = new FakeVault(_bench.Clock);
        _acquirer = new TokenAcquirer(
            FakeCredential.Issuing("vault-token", TimeSpan.FromDays(1), _bench.Clock),
            new TokenAcquirerOptions { TimeProvider = _bench.Clock });
    }

    public async Task DisposeAsync()
    {
        _acquirer.Dispose();
        _vault.Dispose();
        await _bench.DisposeAsync();
    }

    [Theory]
    [InlineData(CredentialKind.Secret)]
    [InlineData(CredentialKind.Certificate)]
    public async Task A_credential_is_written_as_a_new_version_and_programs_read_it_with_the_key_vault_package(CredentialKind kind)
    {
        var application = _bench.Add(kind);
        var request = Request(application, kind);

        var start = await _bench.StartAsync(request);
        Assert.Contains("is in 'orders' in the key vault orders.vault.azure.net", start.Changes.Single().Outcome, StringComparison.Ordinal);
        Assert.True((await _bench.StartAsync(request)).IsEmpty);
        Assert.True(await WorksAsync(application, kind));

        await _bench.FinishAsync(Request(application, kind, force: true));
        Assert.Equal(1, RotationBench.Count(application));
        Assert.True(await WorksAsync(application, kind));
    }

    [Fact]
    public async Task A_version_that_did_not_arrive_is_added_again()
    {
        var application = _bench.Add(CredentialKind.Secret);
        var request = Request(application, CredentialKind.Secret);
        await FailAsync(request, () => _vault.Next(HttpStatusCode.BadGateway));
        Assert.Single(RotationBench.Added(application));
        _bench.Clock.Advance(TimeSpan.FromMinutes(16));

        var again = await _bench.StartAsync(request);

        Assert.Equal(2, again.Changes.Count);
        Assert.Single(RotationBench.Added(application));
        Assert.True(await WorksAsync(application, CredentialKind.Secret));
    }

    [Fact]
    public async Task A_version_whose_answer_was_lost_is_found_by_its_tag()
    {
        var application = _bench.Add(CredentialKind.Secret);
        var request = Request(application, CredentialKind.Secret);
        await FailAsync(request, () => _vault.Tamper = (_, _) => throw new HttpRequestException("reset"));
        _vault.Tamper = null;

        Assert.True((await _bench.StartAsync(request)).IsEmpty);
        Assert.Single(RotationBench.Added(application));
        Assert.True(await WorksAsync(application, CredentialKind.Secret));
    }

    [Theory]
    [InlineData(CredentialKind.Secret)]
    [InlineData(CredentialKind.Certificate)]
    public async Task What_was_deleted_from_the_vault_is_not_taken_for_something_that_was_never_written(CredentialKind kind)
    {
        var application = _bench.Add(kind);
        await _bench.StartAsync(Request(application, kind));
        _vault.Delete("orders");
        _bench.Clock.Advance(TimeSpan.FromHours(1));

        var refused = await Assert.ThrowsAsync<ChangeRefusedException>(() => _bench.StartAsync(Request(application, kind)));

        Assert.Contains("cannot be told whether programs use what it added", refused.Message, StringComparison.Ordinal);
        Assert.Equal(2, RotationBench.Count(application));
    }

    [Fact]
    public async Task A_role_that_is_missing_is_told_before_a_credential_is_added()
    {
        var application = _bench.Add(CredentialKind.Secret);
        _vault.Next(HttpStatusCode.Forbidden, FakeVault.Error("Forbidden"));

        await Assert.ThrowsAsync<IOException>(() => _bench.StartAsync(Request(application, CredentialKind.Secret)));

        Assert.Equal(1, RotationBench.Count(application));
    }

    [Fact]
    public async Task A_version_that_somebody_disabled_is_not_taken_for_one_that_programs_read()
    {
        var application = _bench.Add(CredentialKind.Secret);
        await _bench.StartAsync(Request(application, CredentialKind.Secret));
        var isEnabled = false;
        _vault.Tamper = (kind, answer) =>
        {
            if (kind == "versions")
            {
                answer["value"]![0]!["attributes"]!["enabled"] = isEnabled;
            }
        };

        await Assert.ThrowsAsync<ChangeRefusedException>(
            () => _bench.FinishAsync(Request(application, CredentialKind.Secret, force: true)));

        Assert.Equal(2, RotationBench.Count(application));
        isEnabled = true;
        await _bench.FinishAsync(Request(application, CredentialKind.Secret, force: true));
        Assert.Equal(1, RotationBench.Count(application));
    }

    [Fact]
    public async Task A_vault_that_does_not_answer_in_time_or_without_end_is_an_error_of_the_destination()
    {
        var destination = new KeyVaultDestination(_vault.Address, "orders", _acquirer, _vault);
        _vault.Next(_ => throw new TaskCanceledException("The request was canceled due to the configured HttpClient.Timeout."));
        var slow = await Assert.ThrowsAsync<IOException>(() => destination.ReadAsync(CancellationToken.None));
        _vault.Next(HttpStatusCode.OK, $$"""{"value":"{{new string('x', 2_000_000)}}"}""");
        var large = await Assert.ThrowsAsync<IOException>(() => destination.ReadAsync(CancellationToken.None));
        using var stop = new CancellationTokenSource();
        _vault.Next(_ =>
        {
            stop.Cancel();
            throw new OperationCanceledException(stop.Token);
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => destination.ReadAsync(stop.Token));

        Assert.All(
            [slow, large],
            failed => Assert.StartsWith("Key Vault could not be reached for 'orders'", failed.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_secret_of_the_vault_is_not_read_to_rotate_a_secret()
    {
        var application = _bench.Add(CredentialKind.Secret).AddCertificate(TestCertificate.Two);
        var destination = new KeyVaultDestination(_vault.Address, "orders", _acquirer, _vault);
        RotationRequest Of(bool force) => new(new ClientId(application.ClientId), destination)
        {
            Kind = CredentialKind.Secret,
            Replaces = application.Credentials.Secrets[0].KeyId,
            Force = force,
        };

        await _bench.StartAsync(Of(force: false));
        await _bench.FinishAsync(Of(force: true));

        Assert.Single(RotationBench.Added(application));
        Assert.DoesNotContain("GET /secrets/orders", _vault.Requests);
        Assert.Contains("GET /secrets/orders/versions", _vault.Requests);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("""{"value":null}""")]
    [InlineData("""{"value":{}}""")]
    [InlineData("""{"value":[null]}""")]
    [InlineData("""{"value":[{}]}""")]
    [InlineData("""{"value":[{"attributes":{}}]}""")]
    [InlineData("""{"value":[{"attributes":{"created":"today"}}]}""")]
    [InlineData("""{"value":[{"attributes":{"created":1.5}}]}""")]
    [InlineData("""{"value":[{"attributes":{"created":9223372036854775807}}]}""")]
    [InlineData("""{"value":[{"attributes":{"created":1},"tags":{"rotation":1}}]}""")]
    [InlineData("""{"value":[],"nextLink":1}""")]
    [InlineData("<html>")]
    public async Task A_list_of_another_form_is_an_error_of_the_destination(string answer)
    {
        var destination = new KeyVaultDestination(_vault.Address, "orders", _acquirer, _vault);
        var name = RotationName.New(_bench.Clock.Now, destination.Fingerprint, replaces: null);
        _vault.Next(HttpStatusCode.OK, answer);

        var failed = await Assert.ThrowsAsync<IOException>(
            () => destination.FindAsync(name, CredentialKind.Secret, CancellationToken.None));

        Assert.Contains("'orders' in the key vault orders.vault.azure.net", failed.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"value":1}""")]
    public async Task A_value_of_another_form_is_an_error_of_the_destination(string answer)
    {
        var destination = new KeyVaultDestination(_vault.Address, "orders", _acquirer, _vault);
        _vault.Next(HttpStatusCode.OK, answer);

        await Assert.ThrowsAsync<IOException>(() => destination.ReadAsync(CancellationToken.None));
    }

    private async Task<IOException> FailAsync(RotationRequest request, Action fault)
    {
        var plan = await _bench.RunAsync(() => _bench.Rotation.PlanStartAsync(request));
        fault();
        return await Assert.ThrowsAsync<IOException>(() => _bench.ApplyAsync(plan));
    }

    [Theory]
    [InlineData("https://orders.example", "orders")]
    [InlineData("http://orders.vault.azure.net", "orders")]
    [InlineData("https://orders.vault.azure.net/secrets", "orders")]
    [InlineData("https://orders.vault.azure.net:8443", "orders")]
    [InlineData("https://vault.azure.net.example", "orders")]
    [InlineData("https://orders.vault.azure.net", "orders/1")]
    [InlineData("https://orders.vault.azure.net", "")]
    public void A_token_goes_to_a_key_vault_only(string vault, string name)
    {
        Assert.Throws<ArgumentException>(() => RotationDestination.ToKeyVault(new Uri(vault), name, _acquirer));
    }

    [Fact]
    public async Task A_refusal_says_which_role_is_missing_and_no_secret()
    {
        var application = _bench.Add(CredentialKind.Secret);
        var refused = await FailAsync(
            Request(application, CredentialKind.Secret), () => _vault.Next(HttpStatusCode.Forbidden, FakeVault.Error("Forbidden")));

        Assert.Equal(
            "Key Vault answered PUT of 'orders' in the key vault orders.vault.azure.net with 403. Check that the identity has Key Vault "
                + "Secrets Officer (for a certificate Key Vault Certificates Officer, and Key Vault Secrets User unless Proof is given) "
                + "and that the vault's firewall lets it in.",
            refused.Message);
    }

    private RotationRequest Request(
        EmulatedApplication application, CredentialKind kind, bool force = false, string name = "orders") => new(
            new ClientId(application.ClientId), new KeyVaultDestination(_vault.Address, name, _acquirer, _vault))
        {
            Kind = kind,
            Proof = kind == CredentialKind.Certificate ? TestCertificate.One : null,
            Force = force,
        };

    private async Task<bool> WorksAsync(EmulatedApplication application, CredentialKind kind)
    {
        var vault = new Vault(_vault.Address, _acquirer, new VaultOptions { Transport = _vault, TimeProvider = _bench.Clock });
        var credential = new ApplicationCredential(
            _bench.Entra.Tenant.Id,
            application.ClientId,
            kind == CredentialKind.Secret ? vault.Secret("orders") : vault.DownloadedCertificate("orders"),
            _bench.Application);
        var request = new Acquisition(new TokenRequest(_bench.Api.Scope)) { TimeProvider = _bench.Clock };
        return (await _bench.RunAsync(async () => await credential.AcquireAsync(request, CancellationToken.None))).Verdict
            == TokenVerdict.Issued;
    }
}

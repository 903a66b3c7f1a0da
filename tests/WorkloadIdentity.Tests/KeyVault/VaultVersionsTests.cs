namespace WorkloadIdentity.Tests;

/// <summary>Which version is used: the latest that is enabled and within its times.</summary>
public sealed class VaultVersionsTests
{
    private readonly VaultBench _bench = new();

    [Theory]
    [InlineData("disabled")]
    [InlineData("not yet valid")]
    [InlineData("expired")]
    public async Task The_latest_usable_version_is_taken_while_a_newer_one_is(string state)
    {
        Keep("oldest");
        _bench.Entra.Clock.Advance(TimeSpan.FromMinutes(1));
        Keep("wanted");
        for (var more = 0; more < 5; more++)
        {
            _bench.Entra.Clock.Advance(TimeSpan.FromMinutes(1));
            Change(Keep("newer"), state);
        }

        await _bench.Entra.Issues().RunAsync(_bench.Vault.Secret("database"));

        Assert.Equal("wanted", _bench.Sent(0)["client_secret"]);
        Assert.Equal(6, _bench.Fake.Requests.Count);
        Assert.Equal(4, _bench.Fake.Requests.Count(request => request == "GET /secrets/database/versions"));
    }

    [Fact]
    public async Task A_disabled_certificate_is_passed_over_for_the_one_before()
    {
        _bench.Fake.Import("orders-api", TestCertificate.One);
        _bench.Fake.Import("orders-api", TestCertificate.Two).IsEnabled = false;

        await _bench.Entra.Issues().RunAsync(_bench.Vault.RemoteCertificate("orders-api"));

        Assert.Equal("one Pss", _bench.SignedBy(0));
    }

    [Fact]
    public async Task A_secret_that_is_past_the_vaults_date_is_used_where_there_is_no_other()
    {
        Change(Keep("old"), "expired");

        await _bench.Entra.Issues().RunAsync(_bench.Vault.Secret("database"));

        Assert.Equal("old", _bench.Sent(0)["client_secret"]);
    }

    [Fact]
    public async Task An_expired_certificate_is_told_as_such()
    {
        using var expired = TestCertificate.Expired();
        _bench.Fake.Import("orders-api", expired);

        Assert.Contains(
            "The client certificate 'CN=expired' expired on",
            (await _bench.ErrorAsync(_bench.Vault.RemoteCertificate("orders-api"))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_an_enabled_version_the_error_says_so()
    {
        Keep("one").IsEnabled = false;
        Keep("two").IsEnabled = false;

        var error = await _bench.ErrorAsync(_bench.Vault.Secret("database"));

        Assert.Equal(
            "The key vault orders.vault.azure.net has no version of the secret 'database' that is enabled. Enable one, or make a new "
                + "version.",
            error.Message);
    }

    [Theory]
    [InlineData("https://evil.example/secrets/database/versions?$skiptoken=2")]
    [InlineData("https://orders.vault.azure.net/secrets/other/versions?$skiptoken=2")]
    [InlineData("https://orders.vault.azure.net@evil.example/secrets/database/versions?$skiptoken=2")]
    [InlineData("http://orders.vault.azure.net/secrets/database/versions?$skiptoken=2")]
    [InlineData("secrets/database/versions?$skiptoken=2")]
    public async Task A_list_is_never_continued_elsewhere(string nextLink)
    {
        Keep("one").IsEnabled = false;
        _bench.Fake.Tamper = (kind, json) => json["nextLink"] = kind == "versions" ? nextLink : null;

        var error = await _bench.ErrorAsync(_bench.Vault.Secret("database"));

        Assert.Contains(
            "continues its list of the versions of the secret 'database' at another address, which is not used",
            error.Message,
            StringComparison.Ordinal);
        Assert.Equal(["GET /secrets/database", "GET /secrets/database/versions"], _bench.Fake.Requests);
    }

    [Fact]
    public async Task A_list_without_end_is_ended()
    {
        Keep("one").IsEnabled = false;
        _bench.Fake.Tamper =
            (kind, json) =>
                json["nextLink"] = kind == "versions"
                    ? "https://orders.vault.azure.net/secrets/database/versions?api-version=7.4&$skiptoken=0"
                    : null;

        Assert.Contains(
            "has more than 1000 entries", (await _bench.ErrorAsync(_bench.Vault.Secret("database"))).Message, StringComparison.Ordinal);
        Assert.Equal(41, _bench.Fake.Requests.Count);
    }

    private FakeVault.Entry Keep(string value) => _bench.Fake.Keep("database", value);

    private void Change(FakeVault.Entry entry, string state)
    {
        entry.IsEnabled = state != "disabled";
        entry.StartsOn = state == "not yet valid" ? _bench.Entra.Clock.Now.AddDays(1) : null;
        entry.ExpiresOn = state == "expired" ? _bench.Entra.Clock.Now.AddSeconds(-1) : null;
    }
}

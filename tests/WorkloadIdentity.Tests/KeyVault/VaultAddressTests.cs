using WorkloadIdentity.KeyVault;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Tests;

/// <summary>Where the tokens of a vault may go, and which tokens those are.</summary>
public sealed class VaultAddressTests
{
    [Theory]
    [InlineData("https://orders.vault.azure.net", "https://vault.azure.net/.default")]
    [InlineData("https://ORDERS.Vault.Azure.Net/", "https://vault.azure.net/.default")]
    [InlineData("https://orders.vault.azure.cn", "https://vault.azure.cn/.default")]
    [InlineData("https://orders.vault.usgovcloudapi.net", "https://vault.usgovcloudapi.net/.default")]
    public void Each_cloud_has_its_own_tokens(string address, string scope) =>
        Assert.Equal(scope, VaultAddress.Require(new Uri(address), new VaultOptions(), "address").Scope);

    [Theory]
    [InlineData("https://orders.vault.azure.net.evil.example", "is not a host of Key Vault")]
    [InlineData("https://evilvault.azure.net", "is not a host of Key Vault")]
    [InlineData("https://vault.azure.net", "is not a host of Key Vault")]
    [InlineData("https://orders.vault.azure.net:8443", "is not a host of Key Vault")]
    [InlineData("https://orders.vault.azure.net.", "is not a host of Key Vault")]
    [InlineData("http://orders.vault.azure.net", "is not a host of Key Vault")]
    [InlineData("https://127.0.0.1:5000", "AllowUnknownHost")]
    [InlineData("https://orders.vault.azure.net@evil.example", "Leave out user name, path, query and fragment.")]
    [InlineData("https://orders.vault.azure.net/secrets/database", "Leave out user name, path, query and fragment.")]
    [InlineData("https://orders.vault.azure.net?x", "Leave out user name, path, query and fragment.")]
    [InlineData("https://orders.vault.azure.net#x", "Leave out user name, path, query and fragment.")]
    [InlineData("ftp://orders.vault.azure.net", "is not a scheme and a host alone")]
    [InlineData("orders", "is not a scheme and a host alone")]
    [InlineData("https://orders.managedhsm.azure.net", "is a managed HSM")]
    [InlineData("https://orders.managedhsm.usgovcloudapi.net", "is a managed HSM")]
    public void Any_other_host_is_refused(string address, string expected)
    {
        var exception = Assert.Throws<ArgumentException>(() => Open(address));

        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
        Assert.Equal("address", exception.ParamName);
    }

    [Theory]
    [InlineData("https://vault.corp.example", null, "Set VaultOptions.Scope")]
    [InlineData("http://vault.corp.example", "api://vault/.default", "is not https")]
    [InlineData("http://localhost:5000", "api://vault/.default", "is not https")]
    public void An_unknown_host_needs_its_scope_and_https(string address, string? scope, string expected) =>
        Assert.Contains(
            expected,
            Assert.Throws<ArgumentException>(
                () => Open(address, options => (options.AllowUnknownHost, options.Scope) = (true, scope))).Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData("https://vault.corp.example")]
    [InlineData("http://127.0.0.1:5000")]
    [InlineData("http://[::1]:5000")]
    public void An_unknown_host_is_taken_where_code_says_so(string address) =>
        Assert.Equal(
            new Uri(address), Open(address, options => (options.AllowUnknownHost, options.Scope) = (true, "api://vault/.default")).Address);

    [Fact]
    public void A_known_host_keeps_its_own_scope() => Assert.Contains(
        "has its own scope",
        Assert.Throws<ArgumentException>(() =>
            Open("https://orders.vault.azure.net", options => options.Scope = "https://graph.microsoft.com/.default")).Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData("..")]
    [InlineData("orders%2Fapi")]
    [InlineData("orders api")]
    [InlineData("orders\n")]
    [InlineData("https://orders.vault.azure.net/secrets/database")]
    [InlineData("naïve")]
    public void A_name_is_letters_digits_and_hyphens(string name)
    {
        var vault = Open("https://orders.vault.azure.net");

        Assert.All(
            new Action[] { () => vault.Secret(name), () => vault.DownloadedCertificate(name), () => vault.RemoteCertificate(name) },
            take =>
                Assert.Contains(
                    "1 to 127 letters, digits and hyphens", Assert.Throws<ArgumentException>(take).Message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(59)]
    [InlineData(86_401)]
    public void Rereading_has_its_bounds(int seconds) =>
        Assert.Contains(
            "RereadAfter",
            Assert.Throws<ArgumentException>(
                () => Open("https://orders.vault.azure.net", options => options.RereadAfter = TimeSpan.FromSeconds(seconds))).Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(3601)]
    public void The_time_limit_has_its_bounds(int seconds) =>
        Assert.Contains(
            "TimeLimit",
            Assert.Throws<ArgumentException>(
                () => Open("https://orders.vault.azure.net", options => options.TimeLimit = TimeSpan.FromSeconds(seconds))).Message,
            StringComparison.Ordinal);

    private static Vault Open(string address, Action<VaultOptions>? configure = null)
    {
        var options = new VaultOptions();
        configure?.Invoke(options);
        return new Vault(new Uri(address, UriKind.RelativeOrAbsolute), new TokenAcquirer(FakeCredential.Issuing("t")), options);
    }
}

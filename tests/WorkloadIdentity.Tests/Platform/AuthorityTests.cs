namespace WorkloadIdentity.Tests;

public sealed class AuthorityTests
{
    [Theory]
    [InlineData("https://login.microsoftonline.com", "api://AzureADTokenExchange")]
    [InlineData("https://login.microsoftonline.com/", "api://AzureADTokenExchange")]
    [InlineData("https://LOGIN.windows.net/", "api://AzureADTokenExchange")]
    [InlineData("https://sts.windows.net/", "api://AzureADTokenExchange")]
    [InlineData("https://login.microsoftonline.us/", "api://AzureADTokenExchangeUSGov")]
    [InlineData("https://login.usgovcloudapi.net/", "api://AzureADTokenExchangeUSGov")]
    [InlineData("https://login.partner.microsoftonline.cn/", "api://AzureADTokenExchangeChina")]
    [InlineData("https://login.chinacloudapi.cn/", "api://AzureADTokenExchangeChina")]
    [InlineData("https://login.sovcloud-identity.fr/", "api://AzureADTokenExchangeFrance")]
    [InlineData("https://login.sovcloud-identity.de/", "api://AzureADTokenExchangeGermany")]
    [InlineData("https://login.sovcloud-identity.sg/", "api://AzureADTokenExchangeGovSG")]
    [InlineData("http://127.0.0.1:5000/", null)]
    [InlineData("http://[::1]:5000/", null)]
    [InlineData("https://127.8.9.10/", null)]
    public void Known_hosts_and_literal_loopback_are_taken_and_have_their_own_audience_or_none(string host, string? audience) =>
        Assert.Equal(audience, Authority.Require(new Uri(host), allowUnknown: false, "host").TokenExchangeAudience);

    [Theory]
    [InlineData("http://login.microsoftonline.com/", "is plain http, which would send a secret unencrypted. Use https.")]
    [InlineData("http://localhost:5000/", "is plain http, which would send a secret unencrypted. Use https.")]
    [InlineData("http://127.0.0.1.evil.example/", "is plain http, which would send a secret unencrypted. Use https.")]
    [InlineData("https://localhost:5000/", "not one of Entra's")]
    [InlineData("https://login.microsoftonline.com.evil.example/", "not one of Entra's")]
    [InlineData("https://login.microsoftonline.com./", "not one of Entra's")]
    [InlineData("https://login.microsoftonline.com:8443/", "not one of Entra's")]
    [InlineData("https://evil.example/", "AllowUnknownAuthorityHost = true")]
    [InlineData("https://login.microsoftonline.com@evil.example/", "user information")]
    [InlineData("https://u:p@login.microsoftonline.com/", "user information")]
    [InlineData("https://login.microsoftonline.com/common", "path, query or fragment")]
    [InlineData("https://login.microsoftonline.com/?x=1", "path, query or fragment")]
    [InlineData("https://login.microsoftonline.com/#x", "path, query or fragment")]
    [InlineData("https://login.microsoftonline.de/", "closed in October 2021")]
    [InlineData("ftp://login.microsoftonline.com/", "not an absolute https URL")]
    [InlineData("file:///etc/passwd", "not an absolute https URL")]
    [InlineData("login.microsoftonline.com", "not an absolute https URL")]
    public void A_host_that_secrets_must_not_go_to_is_refused_with_the_reason(string host, string reason)
    {
        var exception =
            Assert.Throws<ArgumentException>(
                nameof(host), () => Authority.Require(new Uri(host, UriKind.RelativeOrAbsolute), allowUnknown: false, nameof(host)));

        Assert.Contains(reason, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("u:p", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://login.internal.example:8443/", true)]
    [InlineData("http://login.internal.example/", false)]
    [InlineData("https://login.microsoftonline.de/", false)]
    [InlineData("https://login.microsoftonline.com@evil.example/", false)]
    public void An_application_may_vouch_for_an_https_host_and_for_nothing_else(string host, bool taken) =>
        Assert.Equal(taken, Authority.Problem(new Uri(host), allowUnknown: true) is null);

    [Fact]
    public void An_audience_is_never_assumed_for_a_host_that_is_not_known() =>
        Assert.Null(Authority.Require(new Uri("https://login.internal.example/"), allowUnknown: true, "host").TokenExchangeAudience);

    [Fact]
    public void The_tenant_becomes_one_segment() =>
        Assert.Equal(
            "http://127.0.0.1:5000/contoso.com/oauth2/v2.0/token",
            new TokenExchange
            {
                Authority = Authority.Require(new Uri("http://127.0.0.1:5000"), allowUnknown: false, "host"),
                TenantId = "contoso.com",
                ClientId = EntraFake.ClientId,
                Request = new TokenRequest("api://orders/.default"),
                Environment = WorkloadEnvironment.FromValues(new Dictionary<string, string>()),
                TimeProvider = TimeProvider.System,
            }.Endpoint.AbsoluteUri);

    [Fact]
    public void Every_cloud_is_a_host_that_may_be_asked() =>
        Assert.All(
            [EntraCloud.Public, EntraCloud.UsGovernment, EntraCloud.China, EntraCloud.France, EntraCloud.Germany, EntraCloud.Singapore],
            cloud => Assert.Null(Authority.Problem(cloud, allowUnknown: false)));
}

namespace WorkloadIdentity.Tests;

/// <summary>Which addresses belong to one of Entra's clouds.</summary>
public sealed class EntraCloudTests
{
    [Theory]
    [InlineData("https://login.microsoftonline.com/contoso.com", true)]
    [InlineData("https://LOGIN.microsoftonline.us/", true)]
    [InlineData("https://sts.windows.net/72f988bf-86f1-41af-91ab-2d7cd011db47/", true)]
    [InlineData("http://login.microsoftonline.com/", false)]
    [InlineData("https://login.microsoftonline.com:8443/", false)]
    [InlineData("https://login.microsoftonline.com@evil.example/", false)]
    [InlineData("https://user@login.microsoftonline.com/", false)]
    [InlineData("https://login.microsoftonline.com.evil.example/", false)]
    [InlineData("https://127.0.0.1/", false)]
    [InlineData("/contoso.com", false)]
    public void Only_https_addresses_at_its_hosts_are_known(string address, bool expected) =>
        Assert.Equal(expected, EntraCloud.IsKnown(new Uri(address, UriKind.RelativeOrAbsolute)));

    [Theory]
    [InlineData("https://login.microsoftonline.com/contoso.com", "api://AzureADTokenExchange")]
    [InlineData("https://login.microsoftonline.us/", "api://AzureADTokenExchangeUSGov")]
    [InlineData("https://login.chinacloudapi.cn/", "api://AzureADTokenExchangeChina")]
    [InlineData("https://login.sovcloud-identity.sg/", "api://AzureADTokenExchangeGovSG")]
    [InlineData("https://login.microsoftonline.com:8443/", null)]
    [InlineData("https://issuer.example/", null)]
    public void Each_cloud_has_its_audience_for_exchanged_tokens(string address, string? audience) =>
        Assert.Equal(audience, EntraCloud.TokenExchangeAudience(new Uri(address)));

    [Fact]
    public void The_audiences_of_all_clouds_are_listed_once() => Assert.Equal(
        [
            "api://AzureADTokenExchange", "api://AzureADTokenExchangeUSGov", "api://AzureADTokenExchangeChina",
            "api://AzureADTokenExchangeFrance", "api://AzureADTokenExchangeGermany", "api://AzureADTokenExchangeGovSG",
        ],
        EntraCloud.TokenExchangeAudiences);
}

namespace WorkloadIdentity.Tests;

public sealed class ExchangeAudienceTests
{
    [Theory]
    [InlineData("api://AzureADTokenExchange")]
    [InlineData("api://AzureADTokenExchange/.default")]
    [InlineData("API://AZUREADTOKENEXCHANGE/.default")]
    [InlineData("api://AzureADTokenExchangeUSGov/.default")]
    [InlineData("api://AzureADTokenExchangeFrance/.default")]
    [InlineData("api://AzureFMITokenExchange/.default")]
    [InlineData(" api://AzureADTokenExchange/.default")]
    [InlineData("\u00A0api://AzureADTokenExchange/.default")]
    [InlineData("https://graph.microsoft.com/.default api://AzureADTokenExchange/.default")]
    [InlineData("https://graph.microsoft.com/.default\tapi://AzureADTokenExchange/.default")]
    [InlineData("fb60f99c-7a34-4190-8149-302f77469936")]
    [InlineData("FB60F99C-7A34-4190-8149-302F77469936/.default")]
    [InlineData("api://fb60f99c-7a34-4190-8149-302f77469936/.default")]
    [InlineData("spn:fb60f99c-7a34-4190-8149-302f77469936/.default")]
    [InlineData("SPN:api://AzureADTokenExchange/.default")]
    [InlineData("api://spn:AzureADTokenExchange/.default")]
    [InlineData("api%3A%2F%2FAzureADTokenExchange/.default")]
    public void Every_spelling_of_an_exchange_audience_is_one(string scope) => Assert.True(ExchangeAudience.IsAskedBy(scope));

    [Theory]
    [InlineData("")]
    [InlineData("https://graph.microsoft.com/.default")]
    [InlineData("api://orders/AzureADTokenExchange")]
    [InlineData("api://my-AzureADTokenExchange/.default")]
    [InlineData("fb60f99c-7a34-4190-8149-302f77469937/.default")]
    [InlineData("api://AKSIdentityBinding")]
    public void Any_other_audience_is_none(string scope) => Assert.False(ExchangeAudience.IsAskedBy(scope));
}

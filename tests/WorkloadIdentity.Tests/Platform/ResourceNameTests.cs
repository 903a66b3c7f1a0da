namespace WorkloadIdentity.Tests;

public sealed class ResourceNameTests
{
    [Theory]
    [InlineData("https://graph.microsoft.com/.default", "graph.microsoft.com")]
    [InlineData("https://management.azure.com//.default", "management.azure.com")]
    [InlineData("https://graph.microsoft.com/User.Read", "graph.microsoft.com")]
    [InlineData("api://orders/.default", "api://orders")]
    [InlineData("6bf7ab3f-6a37-4f6d-9a3c-2ee0f1d1f8a3/.default", "6bf7ab3f-6a37-4f6d-9a3c-2ee0f1d1f8a3")]
    [InlineData("api://orders/read", "api://orders/read")]
    public void A_url_is_shown_by_its_host_and_anything_else_without_the_suffix(string scope, string expected) =>
        Assert.Equal(expected, ResourceName.Of(scope));
}

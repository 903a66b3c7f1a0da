namespace WorkloadIdentity.Tests;

public sealed class AccessTokenHeaderTests
{
    [Fact]
    public void Its_text_is_that_of_a_plain_header_and_is_built_once()
    {
        var header = new AccessTokenHeader("Bearer", "token");

        Assert.Equal("Bearer token", header.ToString());
        Assert.Same(header.ToString(), header.ToString());
        Assert.Equal(new System.Net.Http.Headers.AuthenticationHeaderValue("Bearer", "token"), header);
    }
}

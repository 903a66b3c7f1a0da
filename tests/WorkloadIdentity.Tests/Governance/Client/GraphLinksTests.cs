using WorkloadIdentity.Governance;

namespace WorkloadIdentity.Tests;

public sealed class GraphLinksTests
{
    private readonly GraphLinks _links = new(GraphCloud.Public);

    [Theory]
    [InlineData("v1.0/applications?$top=1", "https://graph.microsoft.com/v1.0/applications?$top=1")]
    [InlineData("https://graph.microsoft.com/v1.0/x?$skiptoken=a%20b", "https://graph.microsoft.com/v1.0/x?$skiptoken=a%20b")]
    [InlineData("https://GRAPH.microsoft.com/v1.0/x", "https://graph.microsoft.com/v1.0/x")]
    public void A_link_to_the_same_host_is_followed_as_it_is(string link, string expected) =>
        Assert.Equal(expected, _links.Address(link).AbsoluteUri);

    [Theory]
    [InlineData("https://graph.microsoft.com.evil.example/v1.0/x")]
    [InlineData("https://graph.microsoft.us/v1.0/x")]
    [InlineData("http://graph.microsoft.com/v1.0/x")]
    [InlineData("https://graph.microsoft.com:8443/v1.0/x")]
    [InlineData("https://user@graph.microsoft.com/v1.0/x")]
    [InlineData("https://graph.microsoft.com@evil.example/v1.0/x")]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://graph.microsoft.com/")]
    public void A_link_elsewhere_is_refused_and_a_later_try_does_not_help(string link)
    {
        var error = Assert.Throws<GraphException>(() => _links.Address(link)).Error;

        Assert.Equal((GraphErrorKind.InvalidResponse, false), (error.Kind, error.IsTransient));
    }

    [Theory]
    [InlineData("//evil.example/v1.0/x")]
    [InlineData("\\\\evil.example\\x")]
    public void What_has_no_scheme_leads_nowhere_else_either(string link) =>
        Assert.Throws<GraphException>(() => _links.Address(link));
}

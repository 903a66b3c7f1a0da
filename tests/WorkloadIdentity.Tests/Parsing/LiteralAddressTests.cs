using System.Net;

namespace WorkloadIdentity.Tests;

public sealed class LiteralAddressTests
{
    [Theory]
    [InlineData("http://127.0.0.1:8080/", "127.0.0.1", true)]
    [InlineData("http://127.255.0.9/", "127.255.0.9", true)]
    [InlineData("http://[::1]/", "::1", true)]
    [InlineData("http://[::ffff:127.0.0.1]/", "::ffff:127.0.0.1", true)]
    [InlineData("http://2130706433/", "127.0.0.1", true)]
    [InlineData("http://169.254.169.254/", "169.254.169.254", false)]
    [InlineData("http://0.0.0.0/", "0.0.0.0", false)]
    [InlineData("http://localhost/", null, false)]
    [InlineData("http://127.0.0.1.evil.example/", null, false)]
    [InlineData("file:///127.0.0.1", null, false)]
    public void Only_an_ip_address_is_a_literal_and_only_loopback_is_loopback(string uri, string? address, bool isLoopback)
    {
        Assert.Equal(address is null ? null : IPAddress.Parse(address), LiteralAddress.Of(new Uri(uri)));
        Assert.Equal(isLoopback, LiteralAddress.IsLoopback(new Uri(uri)));
    }

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("::1", true)]
    [InlineData("localhost", false)]
    [InlineData("10.0.0.1", false)]
    public void A_host_is_judged_like_the_address_that_has_it(string host, bool isLoopback) =>
        Assert.Equal(isLoopback, LiteralAddress.IsLoopback(host));

    [Theory]
    [InlineData("172.16.0.1", true)]
    [InlineData("172.31.255.255", true)]
    [InlineData("172.32.0.1", false)]
    [InlineData("10.16.0.1", false)]
    [InlineData("::ffff:172.16.0.1", false)]
    public void The_second_byte_is_compared_under_the_mask(string address, bool isIn) =>
        Assert.Equal(isIn, LiteralAddress.IsIn(IPAddress.Parse(address), 172, 16, 0xF0));
}

namespace WorkloadIdentity.Tests;

public sealed class OriginTests
{
    [Theory]
    [InlineData("https://api.example/path?x", "https://api.example")]
    [InlineData("https://API.example:443/", "https://api.example")]
    [InlineData("http://api.example:8080/", "http://api.example:8080")]
    [InlineData("http://api.example:80/", "http://api.example")]
    [InlineData("http://api.example:443/", "http://api.example:443")]
    [InlineData("https://api.example:80/", "https://api.example:80")]
    [InlineData("https://api.example:0/", "https://api.example:0")]
    [InlineData("wss://api.example/", "https://api.example")]
    [InlineData("ws://api.example/", "http://api.example")]
    [InlineData("https://[::1]:5001/", "https://[::1]:5001")]
    [InlineData("https://exa\u00ADmple.com/", "https://example.com")]
    [InlineData("https://ｅxample.com/", "https://example.com")]
    public void It_is_scheme_host_and_port_as_they_are_connected_to(string address, string expected)
    {
        Assert.True(Origin.TryRead(new Uri(address), out var origin));
        Assert.Equal(expected, origin.ToString());
        Assert.True(Origin.TryRead(new Uri(expected), out var again));
        Assert.Equal(again, origin);
        Assert.Equal(again.GetHashCode(), origin.GetHashCode());
    }

    [Theory]
    [InlineData("https://api.example/", "http://api.example/")]
    [InlineData("https://api.example/", "https://api.example:8443/")]
    [InlineData("https://api.example/", "https://api.example.evil.example/")]
    [InlineData("https://api.example/", "https://api.example./")]
    public void Another_scheme_host_or_port_is_another_origin(string one, string other)
    {
        Assert.True(Origin.TryRead(new Uri(one), out var first));
        Assert.True(Origin.TryRead(new Uri(other), out var second));
        Assert.NotEqual(first, second);
    }

    [Theory]
    [InlineData("/path")]
    [InlineData("urn:orders")]
    [InlineData("file:///etc/passwd")]
    public void An_address_without_a_host_has_none(string address) =>
        Assert.False(Origin.TryRead(new Uri(address, UriKind.RelativeOrAbsolute), out _));

    [Theory]
    [InlineData("https://xn--\u00FC.example/")]
    [InlineData("https://\u200B.example/")]
    public void A_host_that_is_not_a_valid_name_has_none(string address) => Assert.False(Origin.TryRead(new Uri(address), out _));

    [Fact]
    public void No_address_has_none() => Assert.False(Origin.TryRead(null, out _));

    [Theory]
    [InlineData("http://localhost:5000/", true, false)]
    [InlineData("http://orders.localhost/", true, false)]
    [InlineData("http://localhost./", true, false)]
    [InlineData("http://0.0.0.0:5000/", true, false)]
    [InlineData("http://[::]:5000/", true, false)]
    [InlineData("http://127.0.0.1:5000/", false, true)]
    [InlineData("http://localhost.evil.example/", false, false)]
    public void A_name_for_this_machine_is_not_a_literal_loopback_address(string address, bool isMeant, bool isLoopback)
    {
        Assert.True(Origin.TryRead(new Uri(address), out var origin));
        Assert.Equal((isMeant, isLoopback), (origin.IsMeantForThisMachine, origin.IsLiteralLoopback));
        Assert.True(origin.OnLoopback.IsLiteralLoopback);
        Assert.Equal(origin.Port, origin.OnLoopback.Port);
    }
}

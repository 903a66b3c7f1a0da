namespace WorkloadIdentity.Tests;

public sealed class SourceAddressTests
{
    [Theory]
    [InlineData("https://x.example/a", "https://x.example/a?audience=v%26w")]
    [InlineData("https://x.example/a?", "https://x.example/a?audience=v%26w")]
    [InlineData("https://x.example/a%2Fb?c=%2F&d", "https://x.example/a%2Fb?c=%2F&d&audience=v%26w")]
    [InlineData("https://x.example/a?audience=old&b=c&AUDIENCE=older", "https://x.example/a?b=c&audience=v%26w")]
    [InlineData("https://x.example/a?%61udience=old", "https://x.example/a?audience=v%26w")]
    public void A_parameter_is_set_once_and_all_else_stays(string address, string expected) =>
        Assert.Equal(expected, SourceAddress.With(new Uri(address), "audience", "v&w").AbsoluteUri);
}

using WorkloadIdentity.Governance;

namespace WorkloadIdentity.Tests;

public sealed class ServerTextTests
{
    [Theory]
    [InlineData(null, null)]
    [InlineData(" \r\n ", null)]
    [InlineData("a\r\nb\u001b[31m  c\u202e", "a b[31m c")]
    [InlineData("token eyJhbGciOiJSUzI1NiJ9.e30.x was bad", "token (hidden) was bad")]
    public void Words_are_on_one_line_without_tokens(string? text, string? expected) => Assert.Equal(expected, ServerText.Clean(text, 100));

    [Fact]
    public void Words_are_shortened() => Assert.Equal("aaaa…", ServerText.Clean("aaaaaaaaaa", 5));
}

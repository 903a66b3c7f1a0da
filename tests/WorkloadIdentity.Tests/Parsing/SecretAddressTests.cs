namespace WorkloadIdentity.Tests;

/// <summary>Where a secret may be sent: the one rule that all addresses are checked by.</summary>
public sealed class SecretAddressTests
{
    private const string Canary = "canary";

    [Theory]
    [InlineData("https://host", "none", null)]
    [InlineData("https://host/", "none", null)]
    [InlineData("https://host/canary", "none", "path, query or fragment")]
    [InlineData("https://host/?canary", "none", "path, query or fragment")]
    [InlineData("https://host/#canary", "none", "path, query or fragment")]
    [InlineData("https://host/path", "path", null)]
    [InlineData("https://host/path?canary", "path", "a query or a fragment")]
    [InlineData("https://host/path?", "path", "a query or a fragment")]
    [InlineData("https://host/path#", "path", "a query or a fragment")]
    [InlineData("https://host/canary@other", "path", "user information")]
    [InlineData("https://host/path?a=b@c", "query", null)]
    [InlineData("https://host/path?a=b#canary", "query", "a fragment, which is never sent")]
    [InlineData("https://canary@host/", "query", "user information")]
    [InlineData("https://@host/", "path", "user information")]
    [InlineData("https://u:canary@host/", "none", "user information")]
    [InlineData("http://127.0.0.1:5000/", "none", null)]
    [InlineData("http://[::1]:5000/", "none", null)]
    [InlineData("http://localhost:5000/", "none", "is plain http")]
    [InlineData("http://127.0.0.1.canary.example/", "none", "is plain http")]
    [InlineData("http://canary.example/", "query", "is plain http")]
    [InlineData("ftp://canary/", "none", "not an absolute https URL")]
    [InlineData("file:///canary", "path", "not an absolute https URL")]
    [InlineData("/canary", "path", "not an absolute https URL")]
    [InlineData("canary", "none", "not an absolute https URL")]
    [InlineData("", "none", "not an absolute https URL")]
    [InlineData("https://host/\ncanary", "query", "white space or a control character")]
    [InlineData(" https://host/", "query", "white space or a control character")]
    public void Only_an_encrypted_address_without_hidden_parts_is_taken(string text, string parts, string? expected)
    {
        var (address, problem) = SecretAddress.Read(text, Enum.Parse<AddressParts>(parts, ignoreCase: true), PlainHttp.ToLoopback);

        Assert.Equal(expected is null, address is not null);
        Assert.Equal(expected is null, problem is null);
        Assert.Contains(expected ?? "", problem ?? "", StringComparison.Ordinal);
        Assert.DoesNotContain(Canary, problem ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public void Where_plain_http_is_not_allowed_not_even_this_machine_gets_it() =>
        Assert.EndsWith(
            "Use https. Plain http is not allowed here.",
            SecretAddress.Read("http://127.0.0.1/", AddressParts.Path, PlainHttp.Nowhere).Problem,
            StringComparison.Ordinal);

    [Fact]
    public void The_rule_stands_in_one_place()
    {
        var others = Repository.SourceFiles("src/WorkloadIdentity", "*.cs")
            .Where(file => !file.EndsWith("/SecretAddress.cs", StringComparison.Ordinal))
            .Where(file => Repository.Read(file).Contains("UserInfo.Length > 0", StringComparison.Ordinal)
                && Repository.Read(file).Contains("Fragment.Length > 0", StringComparison.Ordinal));

        Assert.Empty(others);
    }
}

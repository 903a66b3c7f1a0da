namespace WorkloadIdentity.Tests;

public sealed class AccessTokenTests
{
    [Theory]
    [InlineData("eyJhbGciOiJub25lIn0.e30.")]
    [InlineData("ABCxyz019-._~+/")]
    [InlineData("cGFkZGVk==")]
    public void A_b64token_is_a_token(string value) => Assert.Equal(value, new AccessToken(value, DateTimeOffset.MaxValue).Value);

    /// <summary>
    /// RFC 6750 section 2.1. Each of these would mean something else in a shell, a header or a file that a token is written to.
    /// </summary>
    [Theory]
    [InlineData("canary token")]
    [InlineData("canary\n")]
    [InlineData("canary\u200B")]
    [InlineData("\"canary\"")]
    [InlineData("canary$(id)")]
    [InlineData("canary`id`")]
    [InlineData("canary;id")]
    [InlineData("canary&x=y")]
    [InlineData("canary,x")]
    [InlineData("canary\\x")]
    [InlineData("can=ary")]
    [InlineData("=")]
    public void Anything_else_is_refused_without_quoting_it(string value)
    {
        var exception = Assert.Throws<ArgumentException>(() => new AccessToken(value, DateTimeOffset.MaxValue));

        Assert.Contains("no Bearer token has", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_credential_that_makes_such_a_token_fails()
    {
        var credential = new ScriptedCredential("custom", _ => TokenResult.Issued(new AccessToken("canary;id", DateTimeOffset.MaxValue)));

        var result = await credential.AcquireAsync(new Acquisition(new TokenRequest("api://orders/.default")), CancellationToken.None);

        Assert.Equal(TokenVerdict.Failed, result.Verdict);
        Assert.DoesNotContain("canary", result.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_credential_says_who_issued_its_token_and_its_name_is_added_behind_it()
    {
        var token = new AccessToken("t", DateTimeOffset.MaxValue).IssuedBy("robot arm 7", "the-client");

        Assert.Equal(("robot arm 7", "the-client", null), (token.Issuer, token.ClientId, token.AcquiredBy));
        token = token.AcquiredThrough("robot");
        Assert.Equal(("robot arm 7", "the-client", "robot"), (token.Issuer, token.ClientId, token.AcquiredBy));
        Assert.Throws<ArgumentException>(() => token.IssuedBy(" "));
    }
}

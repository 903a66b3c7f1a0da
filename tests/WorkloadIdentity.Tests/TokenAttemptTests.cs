namespace WorkloadIdentity.Tests;

public sealed class TokenAttemptTests
{
    [Fact]
    public void Its_text_is_the_credential_and_the_reason()
    {
        var error = new TokenError(TokenErrorKind.NotConfigured, "The variable X is not set.");

        Assert.Equal(
            "desk: The variable X is not set.", new TokenAttempt("desk", TokenVerdict.Unavailable, error, default).ToString());
        Assert.Equal("desk: issued a token", new TokenAttempt("desk", TokenVerdict.Issued, null, default).ToString());
        Assert.Throws<ArgumentNullException>(() => new TokenAttempt(null!, TokenVerdict.Issued, null, default));
    }
}

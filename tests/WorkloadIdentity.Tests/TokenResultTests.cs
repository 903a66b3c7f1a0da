namespace WorkloadIdentity.Tests;

public sealed class TokenResultTests
{
    private static readonly TokenError Error = new(TokenErrorKind.Refused, "It was refused.");

    [Fact]
    public void A_verdict_has_a_token_or_an_error()
    {
        var token = new AccessToken("canary", DateTimeOffset.MaxValue);

        Assert.Equal((TokenVerdict.Issued, token, null), Parts(TokenResult.Issued(token)));
        Assert.Equal((TokenVerdict.Failed, null, Error), Parts(TokenResult.Failed(Error)));
        Assert.Equal((TokenVerdict.Unavailable, null, Error), Parts(TokenResult.Unavailable(Error)));
        Assert.Throws<ArgumentNullException>(() => TokenResult.Issued(null!));
        Assert.Throws<ArgumentNullException>(() => TokenResult.Failed(null!));
        Assert.Throws<ArgumentNullException>(() => TokenResult.Unavailable(null!));

        static (TokenVerdict Verdict, AccessToken? Token, TokenError? Error) Parts(TokenResult result) =>
            (result.Verdict, result.Token, result.Error);
    }

    [Fact]
    public void The_outer_credential_stands_in_front_of_each_attempt_and_of_the_tokens_origin()
    {
        TokenOrigin? inner = null, outer = null;
        var result = TokenResult.Issued(new AccessToken("token", DateTimeOffset.MaxValue))
            .From("desk", TimeSpan.FromSeconds(1), ref inner)
            .From("chain", TimeSpan.FromSeconds(9), ref outer);

        var attempt = Assert.Single(result.Attempts);
        Assert.Equal(("chain/desk", TimeSpan.FromSeconds(1)), (attempt.Credential, attempt.Duration));
        Assert.Equal("chain/desk", result.Token!.AcquiredBy);
    }

    [Fact]
    public void Its_text_has_the_verdict_and_never_the_token()
    {
        Assert.StartsWith("Failed: ", TokenResult.Failed(Error).ToString(), StringComparison.Ordinal);
        var issued = TokenResult.Issued(new AccessToken("canary", DateTimeOffset.MaxValue)).ToString();
        Assert.StartsWith("Issued: ", issued, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", issued, StringComparison.Ordinal);
    }
}

namespace WorkloadIdentity.Tests;

public sealed class TokenErrorChallengeTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void Without_claims_there_is_no_challenge(string? claims) =>
        Assert.Null(new TokenError(TokenErrorKind.Refused, "no") { Claims = claims }.ToChallenge());

    [Theory]
    [InlineData("""{"access_token":{"acrs":{"essential":true,"value":"p1"}}}""")]
    [InlineData("""{"access_token":{"a":"\"\\, Basic realm=x \u00e4"}}""")]
    public void The_header_reads_as_the_claims_Entra_named(string claims)
    {
        var header = new TokenError(TokenErrorKind.Refused, "no") { Claims = claims }.ToChallenge()!;

        var challenge = Assert.Single(AuthenticationChallenge.Parse([header]));
        Assert.Equal("insufficient_claims", challenge.Parameter("error"));
        Assert.True(ChallengeClaims.TryRead(challenge.Parameter("claims"), out var read));
        Assert.Equal(ClaimsRequest.For(continuousAccess: false, claims).Claims, ClaimsRequest.For(continuousAccess: false, read).Claims);
    }

    [Fact]
    public void The_header_cannot_be_broken_out_of()
    {
        var header = new TokenError(TokenErrorKind.Refused, "no") { Claims = "\"\r\nSet-Cookie: x" }.ToChallenge()!;

        Assert.DoesNotContain('\n', header);
        Assert.Equal(3, Assert.Single(AuthenticationChallenge.Parse([header])).Parameters.Count);
    }
}

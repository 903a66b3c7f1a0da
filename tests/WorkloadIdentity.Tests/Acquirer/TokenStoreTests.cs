namespace WorkloadIdentity.Tests;

/// <summary>The rules that every store keeps.</summary>
public sealed class TokenStoreTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Tokens_of_users_and_tokens_that_are_credentials_are_not_shared()
    {
        Assert.True(TokenStore.MayShare(new TokenRequest("api://orders/.default") { TenantId = "contoso.com", ContinuousAccess = true }));
        Assert.False(TokenStore.MayShare(new TokenRequest("api://orders/.default") { UserAssertion = "user" }));
        Assert.False(TokenStore.MayShare(new TokenRequest("api://AzureADTokenExchange/.default")));
    }

    [Theory]
    [InlineData(300, null, false)]
    [InlineData(301, null, true)]
    [InlineData(3600, 0, false)]
    [InlineData(3600, 1, true)]
    public void A_token_is_shared_until_five_minutes_before_its_end_and_until_its_refresh(int seconds, int? refresh, bool fresh)
    {
        var token = new AccessToken("t", Now.AddSeconds(seconds), refresh is { } after ? Now.AddSeconds(after) : null);

        Assert.Equal(fresh, TokenStore.IsFresh(token, Now));
    }
}

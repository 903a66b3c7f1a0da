namespace WorkloadIdentity.Tests;

public sealed class SentTokenTests
{
    [Theory]
    [InlineData("Bearer token-1", true)]
    [InlineData("bearer   token-1", true)]
    [InlineData("token-1", true)]
    [InlineData("Bearer token-2", false)]
    [InlineData(null, false)]
    public void A_message_carries_the_token_however_its_header_is_written(string? header, bool carries)
    {
        using var message = new HttpRequestMessage();
        message.Headers.TryAddWithoutValidation("Authorization", header);

        Assert.Equal(header is not null && carries, SentToken.Carries(message, "token-1"));
        Assert.Equal(header is not null && carries, new SentToken("token-1", null, "scope", issued: null).IsCarriedBy(message));
        Assert.False(new SentToken(null, null, "scope", issued: null).IsCarriedBy(message));
    }

    [Fact]
    public void The_note_is_found_on_the_message_and_prints_no_token()
    {
        using var message = new HttpRequestMessage();
        Assert.Null(SentToken.On(message));
        var sent = new SentToken("canary", new Uri("https://api.example/"), "scope", issued: null);

        message.Options.Set(SentToken.Key, sent);

        Assert.Same(sent, SentToken.On(message));
        Assert.DoesNotContain("canary", sent.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("canary", System.Text.Json.JsonSerializer.Serialize(message.Options), StringComparison.Ordinal);
    }
}

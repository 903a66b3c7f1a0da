namespace WorkloadIdentity.Tests;

public sealed class DemandedClaimsTests
{
    [Theory]
    [InlineData("""{"access_token":{"nbf":{"essential":true,"value":"1767225600"}}}""", 1767225600L)]
    [InlineData("""{"access_token":{"nbf":{"value":1767225600}}}""", 1767225600L)]
    [InlineData("""{"access_token":{"nbf":{"value":0}}}""", 0L)]
    [InlineData("""{"access_token":{"nbf":{"value":253402300799}}}""", 253402300799L)]
    [InlineData("""{"access_token":{"nbf":{"value":253402300800}}}""", null)]
    [InlineData("""{"access_token":{"nbf":{"value":"-1"}}}""", null)]
    [InlineData("""{"access_token":{"nbf":{"value":-1}}}""", null)]
    [InlineData("""{"access_token":{"nbf":{"value":1e99}}}""", null)]
    [InlineData("""{"access_token":{"nbf":{"value":"99999999999999"}}}""", null)]
    [InlineData("""{"access_token":{"nbf":{"value":" 1767225600"}}}""", null)]
    [InlineData("""{"access_token":{"nbf":{"value":true}}}""", null)]
    [InlineData("""{"access_token":{"nbf":1767225600}}""", null)]
    [InlineData("""{"access_token":{"nbf":{"value":1767225600},"acrs":{"value":"c1"}}}""", null)]
    [InlineData("""{"access_token":{"acrs":{"value":"c1"}}}""", null)]
    [InlineData("""{"access_token":{"\ud800":{"value":1}}}""", null)]
    [InlineData("""{"access_token":{"nbf":{"value":"\ud800"}}}""", null)]
    [InlineData("{\"access_token\":{\"nbf\":{\"value\":\"\ud800\"}}}", null)]
    [InlineData("""{"access_token":[]}""", null)]
    [InlineData("not json", null)]
    public void Only_claims_for_a_newer_token_and_nothing_else_have_a_moment(string text, long? seconds) => Assert.Equal(
        seconds is { } moment ? DateTimeOffset.FromUnixTimeSeconds(moment) : null, DemandedClaims.Of(text)!.NotBefore);

    [Fact]
    public void Claims_are_compared_by_their_text()
    {
        Assert.Null(DemandedClaims.Of(null));
        Assert.Equal(DemandedClaims.Of("{}")!.Hash, DemandedClaims.Of("{}")!.Hash);
        Assert.NotEqual(DemandedClaims.Of("{}")!.Hash, DemandedClaims.Of("{ }")!.Hash);
    }

    [Fact]
    public void Claims_that_are_far_too_long_are_not_parsed()
    {
        const string Text = """{"access_token":{"nbf":{"value":1767225600}}}""";

        Assert.NotNull(DemandedClaims.Of(Text.PadRight(16 * 1024))!.NotBefore);
        Assert.Null(DemandedClaims.Of(Text.PadRight((16 * 1024) + 1))!.NotBefore);
    }
}

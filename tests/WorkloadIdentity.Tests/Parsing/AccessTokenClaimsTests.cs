namespace WorkloadIdentity.Tests;

public sealed class AccessTokenClaimsTests
{
    [Fact]
    public void The_constant_is_what_declaring_the_capability_alone_writes() =>
        Assert.Equal((AccessTokenClaims.Capability, null), AccessTokenClaims.Rewrite("""{"access_token":{}}""", declareCapability: true));

    [Theory]
    [InlineData("""{ "access_token" : { "nbf" : { "essential" : true } } }""", """{"access_token":{"nbf":{"essential":true}}}""")]
    [InlineData("""{"id_token":{"a":null},"access_token":{"acrs":{"value":"c1"}}}""", """{"access_token":{"acrs":{"value":"c1"}}}""")]
    [InlineData("""{"access_token":{"name":{"value":"<A>"}}}""", """{"access_token":{"name":{"value":"<A>"}}}""")]
    public void Only_the_access_token_goes_on_and_equal_claims_are_the_same_text(string json, string expected) =>
        Assert.Equal((expected, null), AccessTokenClaims.Rewrite(json, declareCapability: false));

    [Theory]
    [InlineData("""{"access_token":{"xms_cc":{"values":["cp2","cp1"],"essential":true}}}""",
        """{"access_token":{"xms_cc":{"essential":true,"values":["cp1","cp2"]}}}""")]
    [InlineData("""{"access_token":{"xms_cc":null}}""", """{"access_token":{"xms_cc":{"values":["cp1"]}}}""")]
    [InlineData("""{"access_token":{"xms_cc":{"values":7}}}""", """{"access_token":{"xms_cc":{"values":["cp1"]}}}""")]
    [InlineData("""{"access_token":{"nbf":null}}""", """{"access_token":{"nbf":null,"xms_cc":{"values":["cp1"]}}}""")]
    public void The_capability_is_added_to_what_the_server_demands_of_it(string json, string expected) =>
        Assert.Equal((expected, null), AccessTokenClaims.Rewrite(json, declareCapability: true));

    [Theory]
    [InlineData("", "are not a JSON object")]
    [InlineData("[]", "are not a JSON object")]
    [InlineData("""{"access_token":{},"access_token":{}}""", "are not a JSON object")]
    [InlineData("""{"access_token":{"a":"\ud800"}}""", "are not a JSON object")]
    [InlineData("""{"access_token":{"\ud800":null}}""", "are not a JSON object")]
    [InlineData("{}", "hold no object named access_token")]
    [InlineData("""{"access_token":7}""", "hold no object named access_token")]
    [InlineData("""{"access_token":null}""", "hold no object named access_token")]
    public void What_cannot_be_read_has_a_problem_and_no_claims(string json, string problem)
    {
        var (claims, actual) = AccessTokenClaims.Rewrite(json, declareCapability: true);

        Assert.Null(claims);
        Assert.Contains(problem, actual, StringComparison.Ordinal);
    }
}

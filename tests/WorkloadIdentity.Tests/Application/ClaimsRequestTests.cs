namespace WorkloadIdentity.Tests;

public sealed class ClaimsRequestTests
{
    [Theory]
    [InlineData(false, null, null)]
    [InlineData(true, null, """{"access_token":{"xms_cc":{"values":["cp1"]}}}""")]
    [InlineData(
        false,
        """{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}""",
        """{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}""")]
    [InlineData(
        true,
        """{"access_token":{"nbf":{"essential":true}}}""",
        """{"access_token":{"nbf":{"essential":true},"xms_cc":{"values":["cp1"]}}}""")]
    [InlineData(
        true,
        """{"access_token":{"xms_cc":{"values":["cp2"]},"acrs":null}}""",
        """{"access_token":{"xms_cc":{"values":["cp1","cp2"]},"acrs":null}}""")]
    [InlineData(
        true, """{"access_token":{"xms_cc":{"values":["cp2","cp1",3]}}}""", """{"access_token":{"xms_cc":{"values":["cp1","cp2",3]}}}""")]
    [InlineData(true, """{"access_token":{"xms_cc":{"values":"cp2"}}}""", """{"access_token":{"xms_cc":{"values":["cp1"]}}}""")]
    [InlineData(false, """{"access_token":{"xms_cc":{"values":["cp2"]}}}""", """{"access_token":{"xms_cc":{"values":["cp2"]}}}""")]
    [InlineData(
        true, """{"access_token":{"xms_cc":{"essential":true}}}""", """{"access_token":{"xms_cc":{"essential":true,"values":["cp1"]}}}""")]
    [InlineData(true, """{"access_token":{"xms_cc":null}}""", """{"access_token":{"xms_cc":{"values":["cp1"]}}}""")]
    [InlineData(false, """ { "id_token": {"x": null}, "access_token": { } } """, """{"access_token":{}}""")]
    public void The_access_token_of_the_challenge_goes_on_and_our_capability_is_always_in_it(
        bool continuousAccess, string? challenge, string? expected)
    {
        var (claims, error) = ClaimsRequest.For(continuousAccess, challenge);

        Assert.Null(error);
        Assert.Equal(expected, claims);
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(1, "The claims of the challenge are longer than 16 KiB, so no token was requested. Pass them as the API sent them, decoded "
        + "from base64.")]
    public void A_challenge_is_sent_up_to_its_limit(int beyond, string? refusal)
    {
        const string Frame = """{"access_token":{"a":""}}""";
        var value = new string('x', ClaimsRequest.MaxLength - Frame.Length + beyond);
        var challenge = Frame.Replace("\"\"", $"\"{value}\"", StringComparison.Ordinal);

        var (claims, error) = ClaimsRequest.For(continuousAccess: false, challenge);

        Assert.Equal(refusal, error?.Message);
        Assert.Equal(refusal is null ? challenge : null, claims);
    }

    public static TheoryData<string> Hostile =>
    [
        "",
        "null",
        "[]",
        "\"access_token\"",
        "{",
        "{}",
        """{"access_token":1}""",
        """{"id_token":{}}""",
        """{"access_token":{},"access_token":{}}""",
        """{"access_token":{"a":1,"a":2}}""",
        """{"access_token":{"nbf":"\ud800"}}""",
        """{"access_token":{"\ud800":1}}""",
        """{"access_token":{}}&client_secret=x""",
        $$$"""{"access_token":{{{string.Concat(Enumerable.Repeat("{\"a\":", 40))}}}1{{{new string('}', 40)}}}}""",
        $$$"""{"access_token":{"a":"{{{new string('x', ClaimsRequest.MaxLength)}}}"}}""",
    ];

    [Theory]
    [MemberData(nameof(Hostile))]
    public void What_cannot_be_read_is_never_sent(string challenge)
    {
        var (claims, error) = ClaimsRequest.For(continuousAccess: true, challenge);

        Assert.Null(claims);
        Assert.Equal(TokenErrorKind.InvalidConfiguration, error!.Kind);
        Assert.Contains("claims of the challenge", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("claims-challenge", error.Help, StringComparison.Ordinal);
    }
}

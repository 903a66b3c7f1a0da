namespace WorkloadIdentity.Tests;

public sealed class AuthenticationChallengeTests
{
    /// <summary>
    /// Lines of the field, and what they say: <c>scheme(name=value;…)</c> or <c>scheme:token68</c>, challenges separated by a
    /// space-bar-space.
    /// </summary>
    public static TheoryData<string, string[], string> Corpus => new()
    {
        { "nothing", [], "" },
        { "an empty line", [""], "" },
        { "only separators", [" , ,\t,"], "" },
        { "a scheme alone", ["Bearer"], "Bearer()" },
        { "one challenge", ["""Bearer error="invalid_token" """], "Bearer(error=invalid_token)" },
        {
            "parameters in any order",
            ["""Bearer claims="e30=", error="insufficient_claims", realm="" """],
            "Bearer(claims=e30=;error=insufficient_claims;realm=)"
        },
        { "two lines", ["""Basic realm="x" """, """Bearer error="invalid_token" """], "Basic(realm=x) | Bearer(error=invalid_token)" },
        { "two schemes in a line", ["""Basic realm="x", Bearer error="invalid_token", PoP nonce="n" """], "Basic(realm=x) | "
            + "Bearer(error=invalid_token) | PoP(nonce=n)" },
        { "two of one scheme", ["""Bearer realm="a", Bearer realm="b" """], "Bearer(realm=a) | Bearer(realm=b)" },
        { "a token68", ["Negotiate YIIB/6A+x-._~=="], "Negotiate:YIIB/6A+x-._~==" },
        { "a token68 with one padding", ["Negotiate YIIB="], "Negotiate:YIIB=" },
        { "a token68 without padding, then another scheme", ["""Negotiate YIIB, Bearer error="invalid_token" """], "Negotiate:YIIB | "
            + "Bearer(error=invalid_token)" },
        { "a token68 with padding, then another scheme", ["""Negotiate YIIB==, Bearer error="invalid_token" """], "Negotiate:YIIB== | "
            + "Bearer(error=invalid_token)" },
        { "schemes without parameters", ["Negotiate, NTLM, Bearer"], "Negotiate() | NTLM() | Bearer()" },
        { "names in any case", ["""bEARER ERROR="invalid_token" """], "bEARER(ERROR=invalid_token)" },
        { "commas in quotes", ["""Basic realm="a, Bearer error=x, b", Bearer error="invalid_token" """], "Basic(realm=a, Bearer error=x, "
            + "b) | Bearer(error=invalid_token)" },
        { "equals in quotes", ["""Basic realm="a=b=c" """], "Basic(realm=a=b=c)" },
        {
            "escaped quotes",
            ["""Basic realm="a\", Bearer error=\"invalid_token", charset="UTF-8" """],
            """Basic(realm=a", Bearer error="invalid_token;charset=UTF-8)"""
        },
        { "an escaped backslash before the closing "
            + "quote", ["""Basic realm="a\\", Bearer error="invalid_token" """], """Basic(realm=a\) | Bearer(error=invalid_token)""" },
        { "unquoted values", ["Bearer error=invalid_token, realm=x"], "Bearer(error=invalid_token;realm=x)" },
        {
            "unquoted before quoted",
            ["""Bearer error=insufficient_claims, claims="e30=" """],
            "Bearer(error=insufficient_claims;claims=e30=)"
        },
        { "unquoted claims with padding and slashes", ["Bearer error=insufficient_claims, "
            + "claims=ab/+c=="], "Bearer(error=insufficient_claims;claims=ab/+c==)" },
        { "no space after a comma", ["""Bearer realm="x",error="invalid_token",Basic realm="y" """], "Bearer(realm=x;error=invalid_token) "
            + "| Basic(realm=y)" },
        { "space around equals", ["Bearer error = \"invalid_token\" ,\trealm\t=\tx"], "Bearer(error=invalid_token;realm=x)" },
        { "tabs and many spaces", ["Bearer \t  error=\"invalid_token\"\t"], "Bearer(error=invalid_token)" },
        { "empty list elements", [""",, Bearer ,, error="invalid_token",, ,realm="x",,"""], "Bearer(error=invalid_token;realm=x)" },
        { "a trailing comma", ["""Bearer error="invalid_token","""], "Bearer(error=invalid_token)" },
        { "commas forgotten", ["""Bearer error="invalid_token" realm="x" """], "Bearer(error=invalid_token;realm=x)" },
        { "an empty value", ["""Bearer realm=, error="invalid_token" """], "Bearer:realm=(error=invalid_token)" },
        {
            "duplicates",
            ["""Bearer error="invalid_token", error="insufficient_claims" """],
            "Bearer(error=invalid_token;error=insufficient_claims)"
        },
        { "a quote that never closes", ["""Bearer error="invalid_token"""], "" },
        { "a quote that ends in an escape", ["""Bearer error="invalid_token\"""], "" },
        { "a quote that never closes, after a good "
            + "challenge", ["""Basic realm="x", Bearer error="invalid_token", claims="e30"""], "Basic(realm=x)" },
        { "a quote that never closes, before a good "
            + "line", ["""Bearer error="x""", """Bearer error="invalid_token" """], "Bearer(error=invalid_token)" },
        { "a challenge that would go on in the next line", ["Bearer", """error="invalid_token" """], "Bearer()" },
        { "a parameter that belongs to nothing", ["""error="invalid_token", Basic realm="x" """], "Basic(realm=x)" },
        { "stray characters", ["""Bearer error="invalid_token"; realm="x", Basic realm="y" """], "Basic(realm=y)" },
        { "a stray quote", ["\"Bearer error=invalid_token\", Basic realm=x"], "Basic(realm=x)" },
        { "a stray equals", ["= Bearer, Basic realm=x"], "Basic(realm=x)" },
        { "text glued to a quoted value", ["""Bearer error=invalid"_token", Basic realm="y" """], "Basic(realm=y)" },
        { "letters that are not ASCII outside quotes", ["Beärer error=x, Basic realm=y"], "Basic(realm=y)" },
        { "letters that are not ASCII inside quotes", ["Basic realm=\"Zürich\""], "Basic(realm=Zürich)" },
        {
            "what Microsoft Graph sends",
            [
                """Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", """
                    + """error="insufficient_claims", claims="eyJhIjoxfQ==" """,
            ],
            "Bearer(realm=;authorization_uri=https://login.microsoftonline.com/common/oauth2/authorize;"
                + "error=insufficient_claims;claims=eyJhIjoxfQ==)"
        },
        {
            "what Key Vault sends",
            ["""Bearer authorization="https://login.microsoftonline.com/t", resource="https://vault.azure.net" """],
            "Bearer(authorization=https://login.microsoftonline.com/t;resource=https://vault.azure.net)"
        },
    };

    [Theory]
    [MemberData(nameof(Corpus))]
    public void A_field_reads_as_its_challenges(string situation, string[] lines, string expected)
    {
        var read = string.Join(" | ", AuthenticationChallenge.Parse(lines).Select(Describe));

        Assert.True(expected == read, $"{situation}: expected {expected}, read {read}");
    }

    [Fact]
    public void Parameters_are_found_in_any_case_and_the_first_of_duplicates_counts()
    {
        var challenge = Assert.Single(AuthenticationChallenge.Parse(["""bearer ERROR="first", error="second" """]));

        Assert.True(challenge.Is("Bearer"));
        Assert.Equal("first", challenge.Parameter("Error"));
        Assert.Null(challenge.Parameter("claims"));
    }

    [Fact]
    public void A_line_beyond_the_bound_is_ignored_and_the_others_are_not()
    {
        var atBound = "Bearer a=" + new string('x', AuthenticationChallenge.MaxLineLength - "Bearer a=".Length);

        Assert.Single(AuthenticationChallenge.Parse([atBound]));
        Assert.Equal("Basic(realm=y)", Describe(Assert.Single(AuthenticationChallenge.Parse([atBound + "x", "Basic realm=y"]))));
    }

    [Fact]
    public void Lines_beyond_the_bound_are_ignored() =>
        Assert.Equal(AuthenticationChallenge.MaxLines, AuthenticationChallenge.Parse(Enumerable.Repeat("Bearer", 1000)).Count);

    [Fact]
    public void Raw_values_are_read_that_the_typed_collection_drops()
    {
        using var response = new HttpResponseMessage();
        response.Headers.TryAddWithoutValidation("WWW-Authenticate", """Bearer error=insufficient_claims, claims=ab/+c==""");
        response.Headers.TryAddWithoutValidation("www-authenticate", "Basic realm=x");

        Assert.Equal(
            ["Bearer(error=insufficient_claims;claims=ab/+c==)", "Basic(realm=x)"], AuthenticationChallenge.Of(response).Select(Describe));
    }

    [Fact]
    public void Any_text_is_read_without_an_exception()
    {
        const string Alphabet = "aB=\",\\ \t;/+~ \"\",==Bearer error";
        var random = new Random(20260101);
        for (var round = 0; round < 20_000; round++)
        {
            var line = new string([.. Enumerable.Range(0, random.Next(60)).Select(_ => Alphabet[random.Next(Alphabet.Length)])]);
            foreach (var challenge in AuthenticationChallenge.Parse([line]))
            {
                Assert.NotEmpty(challenge.Scheme);
                Assert.DoesNotContain(' ', challenge.Scheme);
            }
        }
    }

    [Theory]
    [InlineData("\"")]
    [InlineData("a=\"")]
    [InlineData("a=\",")]
    [InlineData("a ")]
    [InlineData("a=")]
    [InlineData("\\\"")]
    public void A_long_hostile_line_is_read_in_bounded_work(string pattern)
    {
        var line = string.Concat(Enumerable.Repeat(pattern, AuthenticationChallenge.MaxLineLength / pattern.Length));

        Assert.True(AuthenticationChallenge.Parse([line]).Count <= AuthenticationChallenge.MaxLineLength);
    }

    private static string Describe(AuthenticationChallenge challenge) =>
        challenge.Scheme
        + (challenge.Token68 is null ? "" : $":{challenge.Token68}")
        + (challenge.Token68 is not null && challenge.Parameters.Count == 0
            ? ""
            : $"({string.Join(';', challenge.Parameters.Select(parameter => $"{parameter.Key}={parameter.Value}"))})");
}

namespace WorkloadIdentity.Tests;

public sealed class UntrustedTextTests
{
    private const string Jwt = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJjYW5hcnkifQ.c2ln";

    [Theory]
    [InlineData("AADSTS7000215: Invalid secret. Trace ID: 0f1e2d3c Correlation ID: x", "AADSTS7000215: Invalid secret.")]
    [InlineData("two\r\nlines\tand \u001B[31mred", "two lines and [31mred")]
    [InlineData("right\u202Eleft \u200B zero", "right left zero")]
    [InlineData("half \uD800 pair", "half pair")]
    [InlineData("the secret p%40ss or p@ss", "the secret (hidden) or (hidden)")]
    [InlineData($"token {Jwt}, and so on", "token (hidden), and so on")]
    [InlineData("Trace ID: nothing before it", null)]
    [InlineData(null, null)]
    public void A_description_is_one_line_without_trace_ids_and_secrets(string? text, string? expected) =>
        Assert.Equal(expected, UntrustedText.Description(text, ["p@ss"]));

    [Fact]
    public void A_description_is_masked_before_it_is_cut()
    {
        var secret = new string('s', 100);

        var description = UntrustedText.Description(new string('x', UntrustedText.MaxLength - 50) + secret, [secret])!;

        Assert.Equal(UntrustedText.MaxLength - 50 + UntrustedText.Hidden.Length, description.Length);
        Assert.DoesNotContain('s', description);
    }

    [Fact]
    public void Text_that_is_too_long_ends_in_an_ellipsis()
    {
        Assert.Equal("abc…", UntrustedText.Plain("abcdef", maxLength: 4));
        Assert.Equal("abcd", UntrustedText.Plain("abcd", maxLength: 4));
        Assert.Equal(UntrustedText.MaxLength, UntrustedText.Plain(new string('x', 100_000))!.Length);
    }

    [Theory]
    [InlineData("invalid_client", "invalid_client")]
    [InlineData("two words", null)]
    [InlineData("p@ss", null)]
    [InlineData(Jwt, null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void A_word_is_one_header_token_that_is_no_secret(string? text, string? expected) =>
        Assert.Equal(expected, UntrustedText.Word(text, ["p@ss"]));

    [Fact]
    public void A_word_has_at_most_64_characters()
    {
        Assert.NotNull(UntrustedText.Word(new string('x', 64), []));
        Assert.Null(UntrustedText.Word(new string('x', 65), []));
    }

    [Fact]
    public void Three_long_parts_are_taken_for_a_token_and_a_host_name_is_not()
    {
        var part = new string('A', 16);
        Assert.Equal(UntrustedText.Hidden, UntrustedText.Plain($"{part}.{part}.{part}"));
        Assert.Equal("login.microsoftonline.com", UntrustedText.Plain("login.microsoftonline.com"));
    }
}

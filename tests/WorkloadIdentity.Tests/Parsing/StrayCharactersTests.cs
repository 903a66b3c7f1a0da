namespace WorkloadIdentity.Tests;

public sealed class StrayCharactersTests
{
    public static TheoryData<string, string> InWords => new()
    {
        { "value\n", "ends with a line break" },
        { "value\r\n", "ends with a line break" },
        { "value ", "ends with a space" },
        { " value", "begins with a space" },
        { "value\t", "ends with a tab" },
        { "value\0", "ends with a control character (U+0000)" },
        { "value\u00A0", "ends with a no-break space (U+00A0)" },
        { "value\u200B", "ends with a zero-width space (U+200B)" },
        { "value\u2060", "ends with an invisible character (U+2060)" },
        { "value\u3164", "ends with an invisible character (U+3164)" },
        { "value\U000E0020", "ends with an invisible character (U+E0020)" },
        { "\uFEFFvalue", "begins with a byte order mark (U+FEFF)" },
        { "value\uD800", "holds a character that could not be decoded (U+FFFD)" },
        { "\"value\"", "stands in quotes" },
        { "'value'", "stands in quotes" },
        { "\u201Evalue\u201C", "stands in quotes" },
        { "value\"", "ends with a quotation mark" },
        { "{value}", "stands in brackets" },
        { "<value>", "stands in brackets" },
        { "va lue", "holds a space" },
        { "va\nlue", "holds a line break" },
        { "va\u200Blue", "holds a zero-width space (U+200B)" },
        { "va\u2011lue", "holds a character beyond ASCII (U+2011)" },
    };

    [Theory]
    [MemberData(nameof(InWords))]
    public void In_a_word_whatever_is_not_visible_ascii_is_named(string text, string expected) =>
        Assert.Equal(expected, StrayCharacters.InWord(text));

    [Theory]
    [InlineData("https://graph.microsoft.com/.default", null)]
    [InlineData("openid profile", null)]
    [InlineData("api://\u00F3rders/.default", null)]
    [InlineData("api://orders/.default ", "ends with a space")]
    [InlineData("api://orders/.default\u200B", "ends with a zero-width space (U+200B)")]
    [InlineData("'api://orders/.default'", "stands in quotes")]
    [InlineData("openid\u00A0profile", "holds a no-break space (U+00A0)")]
    [InlineData("openid\tprofile", "holds a tab")]
    public void In_a_scope_only_single_words_and_the_spaces_between_them_are_allowed(string text, string? expected) =>
        Assert.Equal(expected, StrayCharacters.InScope(text));

    [Theory]
    [InlineData("/run/secrets/the secret", null)]
    [InlineData("C:\\Users\\O'Brien\\\u06CC\u200C\u062E\\key.pem", null)]
    [InlineData("/run/secrets/a\n", "ends with a line break")]
    [InlineData("/run/secrets/a\u200B", "ends with a zero-width space (U+200B)")]
    [InlineData("\"/run/secrets/a\"", "stands in quotes")]
    [InlineData("/run/\u0007secrets", "holds a control character (U+0007)")]
    public void In_a_path_only_what_stands_around_it_and_control_characters_are_named(string text, string? expected) =>
        Assert.Equal(expected, StrayCharacters.InPath(text));

    [Theory]
    [InlineData("\"a secret in quotes\"", null)]
    [InlineData("secret ", "ends with a space")]
    [InlineData("secret\u200B", "ends with a zero-width space (U+200B)")]
    public void A_secret_may_hold_quotes_and_nothing_invisible_at_its_ends(string text, string? expected) =>
        Assert.Equal(expected, StrayCharacters.InText(text));

    [Theory]
    [InlineData("-secret-", null)]
    [InlineData("[1]", "stands in brackets")]
    [InlineData("a\"", "ends with a quotation mark")]
    [InlineData("a\u00E9b", "holds a character beyond ASCII (U+00E9)")]
    [InlineData("a\u007Fb", "holds a control character (U+007F)")]
    public void A_word_that_is_not_plain_is_searched(string text, string? expected) =>
        Assert.Equal(expected, StrayCharacters.InWord(text));
}

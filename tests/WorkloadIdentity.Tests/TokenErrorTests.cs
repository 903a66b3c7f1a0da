namespace WorkloadIdentity.Tests;

/// <summary>What a credential from outside says of its own failures.</summary>
public sealed class TokenErrorTests
{
    [Fact]
    public void An_error_leads_to_the_section_of_its_kind_of_its_category_or_to_the_one_it_names()
    {
        Assert.Equal("#not-configured", Error().HelpLink.Fragment);
        Assert.Equal("#client-secret", new TokenError(TokenErrorKind.Refused, "x") { Category = TokenErrorCategory.ClientSecret }
            .HelpLink.Fragment);
        Assert.Equal("#developer-login", new TokenError(TokenErrorKind.Refused, "x") { HelpAnchor = "developer-login" }
            .HelpLink.Fragment);
    }

    [Fact]
    public void A_page_of_the_credentials_own_goes_before_and_is_kept_when_the_error_is_repeated()
    {
        var page = new Uri("https://docs.example/robot-arm");
        var error = new TokenError(TokenErrorKind.Refused, "No.") { HelpLink = page, HelpAnchor = "client-secret" };

        Assert.Equal(page, error.HelpLink);
        Assert.Equal(page, error.Repeated(TimeSpan.FromSeconds(1)).HelpLink);
        Assert.Equal(page.OriginalString, new TokenAcquisitionException(error).HelpLink);
    }

    [Theory]
    [InlineData("no such user", "no such user")]
    [InlineData(" two\r\nlines\u001b[31m ", " two lines [31m")]
    [InlineData("token eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0. end", "token (hidden) end")]
    [InlineData("", null)]
    [InlineData("\n\t", null)]
    public void What_others_wrote_is_quoted_on_one_line_without_tokens(string text, string? quoted) =>
        Assert.Equal(quoted?.TrimStart(), TokenError.Quote(text)?.TrimStart());

    [Fact]
    public void A_long_text_is_shortened() => Assert.True(TokenError.Quote(new string('a', 10_000))!.Length < 1_000);

    private static TokenError Error() => new(TokenErrorKind.NotConfigured, "x");
}

using System.Buffers.Text;
using System.Text;

namespace WorkloadIdentity.Tests;

/// <summary>What a credential from outside says of its own failures.</summary>
public sealed class TokenErrorTests
{
    [Fact]
    public void An_error_leads_to_the_section_of_its_kind_of_its_category_or_to_the_one_it_names()
    {
        Assert.Equal("wid explain not-configured", Error().Help);
        Assert.Equal(
            "wid explain client-secret", new TokenError(TokenErrorKind.Refused, "x") { Category = TokenErrorCategory.ClientSecret }.Help);
        Assert.Equal("wid explain developer-login", new TokenError(TokenErrorKind.Refused, "x") { HelpAnchor = "developer-login" }.Help);
        Assert.Equal("wid explain AADSTS7000222", new TokenError(TokenErrorKind.Refused, "x") { EntraErrorCodes = [1, 7000222] }.Help);
    }

    [Fact]
    public void Without_a_published_page_there_is_no_address()
    {
        Assert.Null(Error().HelpLink);
        var exception = new TokenAcquisitionException(Error());
        Assert.Null(exception.HelpLink);
        Assert.EndsWith("\nHelp: wid explain not-configured", exception.Message, StringComparison.Ordinal);
        Assert.EndsWith("x Help: wid explain not-configured", Error().ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_release_that_names_an_address_leads_to_a_page_below_it()
    {
        var address = HelpPage.Address("errors.md", "client-secret", "https://docs.example/wi/");

        Assert.Equal(new Uri("https://docs.example/wi/errors.html#client-secret"), address);
        Assert.Equal(
            "wid explain client-secret (https://docs.example/wi/errors.html#client-secret)", HelpPage.Reference("client-secret", address));
    }

    [Fact]
    public void A_fact_that_the_message_holds_is_not_told_again()
    {
        var error = new TokenError(TokenErrorKind.Refused, "Entra refused application A.") { ClientId = "a", TenantId = "b", Scope = "c" };

        Assert.Equal(
            "Entra refused application A.\nTenant: b\nHelp: wid explain refused", new TokenAcquisitionException(error).Message
                .Replace("\nScope: c", "", StringComparison.Ordinal));
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

    [Theory]
    [InlineData("""{"iss":"i","aud":"a","sub":"s"}""", "issuer i, audience a, subject s")]
    [InlineData("""{"iss":"i\n2","aud":["a","b"],"sub":7}""", "issuer i 2, audience a, b, subject (none)")]
    [InlineData("""{"iss":"\ud800","aud":[],"sub":""}""", "issuer (none), audience (none), subject (none)")]
    [InlineData("""{"sub":"eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0."}""", "issuer (none), audience (none), subject (hidden)")]
    [InlineData("[]", "no claims that can be read")]
    public void A_token_is_described_by_what_a_server_compares(string claims, string description) => Assert.Equal(
        description, TokenError.DescribeJwt($"e30.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims))}.canary"));

    [Theory]
    [InlineData("")]
    [InlineData("canary")]
    [InlineData("canary.%%%.canary")]
    public void A_token_that_only_its_issuer_can_read_is_not_repeated(string token) =>
        Assert.Equal("no claims that can be read", TokenError.DescribeJwt(token));

    [Fact]
    public void An_exception_is_explained_without_the_parameters_name()
    {
        Assert.Equal("The tenant is empty.", TokenError.Explain(new ArgumentException("The tenant is empty.", "tenantId")));
        Assert.Equal("The tenant is empty.", TokenError.Explain(new ArgumentException("The tenant is empty.")));
        Assert.Equal("No.", TokenError.Explain(new InvalidOperationException("No.")));
    }

    [Fact]
    public void A_copy_keeps_what_is_not_set_again()
    {
        var cause = new InvalidOperationException();
        var original = new TokenError(TokenErrorKind.Refused, "No.")
        {
            StatusCode = 403,
            EntraErrorCodes = [65001],
            IsTransient = true,
            Exception = cause,
            HelpAnchor = "client-secret",
        };

        var copy = new TokenError(original, "The vault cannot be read. No.") { HelpAnchor = "key-vault", IsRepeated = true };

        Assert.Equal(
            ("The vault cannot be read. No.", 403, true, true), (copy.Message, copy.StatusCode, copy.IsTransient, copy.IsRepeated));
        Assert.Equal([65001], copy.EntraErrorCodes);
        Assert.Same(cause, copy.Exception);
        Assert.Equal("key-vault", copy.HelpAnchor);
        Assert.Equal(("No.", false), (new TokenError(original).Message, original.IsRepeated));
    }

    [Theory]
    [InlineData(RequestFeatures.UserAssertion | RequestFeatures.Binding, "act on behalf of a user. Use an application credential")]
    [InlineData(RequestFeatures.TenantId | RequestFeatures.Claims, "ask in a tenant named by the request (t). Use an application")]
    [InlineData(RequestFeatures.Binding | RequestFeatures.Claims, "bind a token to a certificate. Use an application with a certificate")]
    [InlineData(RequestFeatures.Claims, "carry the claims of a challenge. Use an application credential")]
    [InlineData(RequestFeatures.AgentUser | RequestFeatures.TenantId, "get a token for the agent's user . Use the credential of the agent")]
    public void The_advice_is_for_what_the_message_names(RequestFeatures missing, string says) => Assert.StartsWith(
        $"The credential 'c' cannot {says}",
        TokenError.Unsupported("c", missing, new TokenRequest("api://x/.default") { TenantId = "t.example" }).Message.Replace(
            "t.example", "t", StringComparison.Ordinal),
        StringComparison.Ordinal);

    private static TokenError Error() => new(TokenErrorKind.NotConfigured, "x");
}

namespace WorkloadIdentity.Tests;

public sealed class TokenAcquisitionExceptionTests
{
    private static readonly TokenAttempt One =
        new("one", TokenVerdict.Unavailable, new TokenError(TokenErrorKind.NotConfigured, "One is not here."), default);

    private static readonly TokenAttempt Two =
        new("two", TokenVerdict.Failed, new TokenError(TokenErrorKind.Refused, "Two was refused."), default);

    [Fact]
    public void The_message_has_the_error_the_facts_and_where_to_read_on()
    {
        var inner = new InvalidOperationException();
        var exception = new TokenAcquisitionException(
            new TokenError(TokenErrorKind.Refused, "It was refused.") { Scope = "api://orders/.default", Exception = inner });

        Assert.Equal($"It was refused.\nScope: api://orders/.default\nHelp: {exception.Error.Help}", exception.Message);
        Assert.Same(inner, exception.InnerException);
        Assert.Equal(exception.Error.HelpLink?.AbsoluteUri, exception.HelpLink);
        Assert.Empty(exception.Attempts);
    }

    [Fact]
    public void A_fact_that_the_message_holds_is_not_told_twice() => Assert.DoesNotContain(
        "Tenant: ",
        new TokenAcquisitionException(new TokenError(TokenErrorKind.Refused, "Not in contoso.com.") { TenantId = "contoso.com" }).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Several_attempts_are_listed_and_one_alone_is_not()
    {
        var error = new TokenError(TokenErrorKind.Refused, "It was refused.");

        Assert.Contains(
            "It was refused.\n  one: One is not here.\n  two: ",
            new TokenAcquisitionException(error, [One, Two]).Message,
            StringComparison.Ordinal);
        Assert.DoesNotContain("One is not here", new TokenAcquisitionException(error, [One]).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_attempt_that_is_told_above_is_not_told_again()
    {
        var error = new TokenError(TokenErrorKind.Refused, "It was refused.");
        var attempt = new TokenAttempt("two", TokenVerdict.Failed, error, TimeSpan.Zero);

        Assert.StartsWith(
            "It was refused.\n  one: One is not here.\n  two: failed, see above\n",
            new TokenAcquisitionException(error, [One, attempt]).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_message_of_many_lines_leaves_one_line_for_the_attempts()
    {
        var error = new TokenError(TokenErrorKind.Refused, "It was refused.\n  issuer: x");

        Assert.Contains(
            "\nAsked: one (unavailable), two (failed)\n",
            new TokenAcquisitionException(error, [One, Two]).Message,
            StringComparison.Ordinal);
    }
}

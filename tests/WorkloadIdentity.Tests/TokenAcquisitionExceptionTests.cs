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
            "It was refused.\nAsked: one (unavailable), two (failed)\n",
            new TokenAcquisitionException(error, [One, Two]).Message,
            StringComparison.Ordinal);
        Assert.DoesNotContain("Asked", new TokenAcquisitionException(error, [One]).Message, StringComparison.Ordinal);
    }
}

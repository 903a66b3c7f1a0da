namespace WorkloadIdentity.Tests;

public sealed class VariableAssertionSourceTests
{
    private const string Variable = "TFC_WORKLOAD_IDENTITY_TOKEN";

    private readonly AssertionBench _job = new();

    [Fact]
    public async Task It_is_read_at_each_use_without_the_white_space_around_it()
    {
        var source = AssertionSource.FromVariable(Variable);

        Assert.Equal(AssertionBench.Jwt, (await _job.With((Variable, $" {AssertionBench.Jwt}\r\n")).AskAsync(source)).Assertion);
        Assert.Equal("a.b.c", (await _job.With((Variable, "a.b.c")).AskAsync(source)).Assertion);
        Assert.Equal("environment variable", source.Name);
    }

    [Theory]
    [InlineData(null, TokenVerdict.Unavailable, TokenErrorKind.NotConfigured, "TFC_WORKLOAD_IDENTITY_TOKEN is not set")]
    [InlineData("", TokenVerdict.Unavailable, TokenErrorKind.NotConfigured, "TFC_WORKLOAD_IDENTITY_TOKEN is not set")]
    [InlineData(" \n", TokenVerdict.Failed, TokenErrorKind.InvalidConfiguration, "only white space")]
    [InlineData("canary canary", TokenVerdict.Failed, TokenErrorKind.InvalidConfiguration, "TFC_WORKLOAD_IDENTITY_TOKEN holds a space")]
    [InlineData("canary\0", TokenVerdict.Failed, TokenErrorKind.InvalidConfiguration, "ends with a control character (U+0000)")]
    public async Task What_is_no_assertion_is_told_by_the_variables_name(
        string? value, TokenVerdict verdict, TokenErrorKind kind, string says) =>
        AssertionBench.Fails(
            await _job.With((Variable, value)).AskAsync(AssertionSource.FromVariable(Variable)), kind, says, verdict);

    [Theory]
    [InlineData("")]
    [InlineData("A=B")]
    [InlineData("A\n")]
    public void A_name_that_is_none_is_refused_at_construction(string name) =>
        Assert.Throws<ArgumentException>(() => AssertionSource.FromVariable(name));
}

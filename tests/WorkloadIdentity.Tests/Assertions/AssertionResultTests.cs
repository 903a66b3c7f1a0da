using System.Text.Json;

namespace WorkloadIdentity.Tests;

public sealed class AssertionResultTests
{
    [Fact]
    public void It_never_prints_the_assertion()
    {
        var result = AssertionResult.Issued("canary.a.b");

        Assert.Equal("canary.a.b", result.Assertion);
        Assert.DoesNotContain("canary", result.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("canary", JsonSerializer.Serialize(result), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("canary b")]
    [InlineData("canary\r\n")]
    public void What_cannot_be_an_assertion_is_refused_and_not_quoted(string jwt) =>
        Assert.DoesNotContain(
            "canary", Assert.Throws<ArgumentException>(() => AssertionResult.Issued(jwt)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("canary canary")]
    public async Task A_callback_that_returns_no_assertion_fails(string? returned)
    {
        var source = AssertionSource.FromCallback((_, _) => ValueTask.FromResult(returned!));

        var result =
            await source.GetAssertionAsync(
                new AssertionRequest(EntraCloud.Public, EntraFake.Tenant, EntraFake.ClientId, EntraFake.Scope), CancellationToken.None);

        Assert.Equal(TokenVerdict.Failed, result.Verdict);
        Assert.Equal(TokenErrorKind.InvalidConfiguration, result.Error!.Kind);
        Assert.DoesNotContain("canary", result.ToString(), StringComparison.Ordinal);
    }
}

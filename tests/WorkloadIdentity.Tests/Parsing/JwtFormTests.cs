namespace WorkloadIdentity.Tests;

public sealed class JwtFormTests
{
    public static TheoryData<string, string> Wrapped => new()
    {
        { "", "is empty" },
        { $"Bearer {EntraFake.Jwt()}", "begins with 'Bearer'" },
        { $"bearer: {EntraFake.Jwt()}", "begins with 'Bearer'" },
        { $"\"{EntraFake.Jwt()}\"", "stands in quotes" },
        { $"{EntraFake.Jwt()}\n", "ends with a line break" },
        { $" {EntraFake.Jwt()}", "begins with a space" },
        { $"{EntraFake.Jwt()} {EntraFake.Jwt()}", "holds a space" },
        { $"{{\"access_token\":\"{EntraFake.Jwt()}\"}}", "is JSON" },
        { $"[\"{EntraFake.Jwt()}\"]", "is JSON" },
        { $"{EntraFake.Jwt()}\u200B", "ends with a zero-width space (U+200B)" },
    };

    [Theory]
    [MemberData(nameof(Wrapped))]
    public void What_stands_around_a_token_is_named_before_it_goes_anywhere(string text, string problem)
    {
        Assert.Equal(problem, JwtForm.Wrapping(text));
        Assert.Equal(problem, JwtForm.Problem(text));
        Assert.ThrowsAny<ArgumentException>(() => AssertionResult.Issued(text));
        Assert.ThrowsAny<ArgumentException>(() => new TokenRequest(EntraFake.Scope) { UserAssertion = text });
        using var message = new HttpRequestMessage();
        Assert.ThrowsAny<ArgumentException>(() => message.OnBehalfOf(text));
    }

    [Theory]
    [InlineData("e30.e30.c2ln")]
    [InlineData("e30.e30.")]
    [InlineData("e30..e30.e30.c2ln")]
    public void Signed_unsigned_and_encrypted_forms_are_taken(string text) => Assert.Null(JwtForm.Problem(text));

    [Theory]
    [InlineData("opaque")]
    [InlineData("login.microsoftonline.com")]
    [InlineData("a.b.c")]
    [InlineData("e30.e30")]
    [InlineData("e30..c2ln")]
    [InlineData("e30.e30.c2ln.x")]
    [InlineData("W10.e30.c2ln")]
    [InlineData("e30.e+0.c2ln")]
    [InlineData("e30.e30.AA==")]
    [InlineData("e30.e30.AA%%")]
    [InlineData("e30.e30=.c2ln")]
    [InlineData("e30%.e30.c2ln")]
    [InlineData("e30=.e30.c2ln")]
    [InlineData("e30.AA==.AA%%.e30.c2ln")]
    public void Dotted_text_is_not_a_JWT_for_its_dots(string text) =>
        Assert.StartsWith("is not a JWT", JwtForm.Problem(text), StringComparison.Ordinal);

    [Fact]
    public void What_is_larger_than_any_JWT_is_none() =>
        Assert.StartsWith("is longer than 64 KiB", JwtForm.Problem($"e30.{new string('a', 66_000)}.c2ln"), StringComparison.Ordinal);

    [Theory]
    [InlineData("canary-opaque")]
    [InlineData("login.canary.com")]
    public async Task A_user_assertion_that_is_no_JWT_is_not_sent(string text)
    {
        var entra = new EntraFake();

        var error = (await entra.AcquireAsync(request: new TokenRequest(EntraFake.Scope) { UserAssertion = text })).Error!;

        Assert.Equal((TokenErrorKind.InvalidConfiguration, TokenErrorCategory.OnBehalfOf), (error.Kind, error.Category));
        Assert.Contains("The user assertion is not a JWT", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", error.ToString(), StringComparison.Ordinal);
        Assert.Empty(entra.Server.Requests);
    }
}

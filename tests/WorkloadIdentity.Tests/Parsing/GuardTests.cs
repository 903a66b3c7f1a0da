namespace WorkloadIdentity.Tests;

public sealed class GuardTests
{
    private const string Example = "orders";

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("orders\n")]
    [InlineData("\u200Borders")]
    [InlineData("or\u0001ders")]
    public void Text_that_is_empty_or_has_something_invisible_is_refused_and_the_parameter_named(string value)
    {
        var exception = Assert.Throws<ArgumentException>(() => Guard.Text(value, "A name", Example));

        Assert.Equal("value", exception.ParamName);
        Assert.StartsWith("A name ", exception.Message, StringComparison.Ordinal);
        Assert.Contains(Example, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_right_is_returned_as_it_is()
    {
        Assert.Equal("my orders", Guard.Text("my orders", "A name", Example));
        Assert.Equal("/run/my secrets/key", Guard.Path("/run/my secrets/key", "A path", Example));
        Assert.Equal("api://a/read api://a/write", Guard.Scope("api://a/read api://a/write"));
        Assert.Equal("abc-._~+/09==", Guard.BearerToken("abc-._~+/09==", "A token"));
        Assert.Equal("x!y", Guard.HeaderToken("x!y", "A header"));
    }

    [Fact]
    public void A_path_in_quotes_is_refused_and_text_in_quotes_is_not()
    {
        Assert.Throws<ArgumentException>(() => Guard.Path("\"/run/key\"", "A path", Example));
        Assert.Equal("\"orders\"", Guard.Text("\"orders\"", "A name", Example));
    }

    [Theory]
    [InlineData("a canary")]
    [InlineData("canary\"")]
    [InlineData("canary=x")]
    [InlineData("==")]
    [InlineData("canäry")]
    public void What_is_no_bearer_token_is_refused_and_not_repeated(string value)
    {
        var exception = Assert.Throws<ArgumentException>(() => Guard.BearerToken(value, "The token"));

        Assert.DoesNotContain(value, exception.Message, StringComparison.Ordinal);
        Assert.False(Guard.IsBearerToken(value));
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("a b", false)]
    [InlineData("a\tb", false)]
    [InlineData("ä", false)]
    [InlineData("a\"b", true)]
    public void A_header_token_is_visible_ascii_without_a_space(string value, bool isToken)
    {
        Assert.Equal(isToken, Guard.IsHeaderToken(value));
        Assert.Equal(!isToken, Record.Exception(() => Guard.HeaderToken(value, "A header")) is ArgumentException);
    }

    [Theory]
    [InlineData("72f988bf-86f1-41af-91ab-2d7cd011db47", null)]
    [InlineData("72F988BF-86F1-41AF-91AB-2D7CD011DB47", null)]
    [InlineData("{72f988bf-86f1-41af-91ab-2d7cd011db47}", "The id ")]
    [InlineData("72f988bf86f141af91ab2d7cd011db47", "The id is not a GUID.")]
    [InlineData("72f988bf-86f1-41af-91ab-2d7cd011db47\n", "The id ")]
    [InlineData("", "The id is not a GUID.")]
    public void A_guid_has_its_plain_form(string value, string? problem)
    {
        Assert.Equal(problem is null, Guard.IsGuid(value));
        Assert.StartsWith(problem ?? "", Guard.GuidProblem(value, "The id") ?? "", StringComparison.Ordinal);
        Assert.Equal(problem is null, Guard.GuidProblem(value, "The id") is null);
    }

    [Theory]
    [InlineData("ab", false, false)]
    [InlineData("a b", true, false)]
    [InlineData("a\u00A0b", true, false)]
    [InlineData("a\nb", true, true)]
    [InlineData("a\u007Fb", false, true)]
    public void White_space_and_control_characters_are_found(string value, bool hasSpace, bool hasControl) =>
        Assert.Equal((hasSpace, hasControl), (Guard.HasWhiteSpace(value), Guard.HasControlCharacter(value)));
}

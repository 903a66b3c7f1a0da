namespace WorkloadIdentity.Tests;

/// <summary>One step of the reader at a time. What whole lines mean is for <see cref="AuthenticationChallengeTests"/>.</summary>
public sealed class ChallengeReaderTests
{
    [Theory]
    [InlineData("", false)]
    [InlineData(" \t,, ", false)]
    [InlineData(",, Bearer", true)]
    public void Separators_are_skipped_up_to_the_end(string text, bool hasMore) =>
        Assert.Equal(hasMore, new ChallengeReader(text).SkipSeparators());

    [Theory]
    [InlineData("Bearer realm=x", "Bearer")]
    [InlineData("Bearer,", "Bearer")]
    [InlineData("realm=x", null)]
    [InlineData("\"Bearer\"", null)]
    [InlineData("Bärer", null)]
    public void A_token_ends_at_white_space_or_a_comma(string text, string? token)
    {
        var reader = new ChallengeReader(text);

        Assert.Equal(token is not null, reader.TryReadToken(out var actual));
        Assert.Equal(token, actual);
    }

    [Theory]
    [InlineData("realm=orders, next", "realm", "orders")]
    [InlineData("realm = \"a, b\"", "realm", "a, b")]
    [InlineData("""realm="a\"b\\c" """, "realm", """a"b\c""")]
    [InlineData("claims=e30/x+y==", "claims", "e30/x+y==")]
    [InlineData("realm=\"open", null, null)]
    [InlineData("realm", null, null)]
    [InlineData("YII==", null, null)]
    [InlineData("=x", null, null)]
    public void A_parameter_is_a_name_and_a_token_or_a_quoted_string(string text, string? name, string? value)
    {
        var reader = new ChallengeReader(text);

        Assert.Equal(name is not null, reader.TryReadParameter(out var actualName, out var actualValue));
        Assert.Equal((name, value), (actualName, actualValue));
    }

    [Fact]
    public void A_try_that_fails_leaves_the_position_where_it_was()
    {
        var reader = new ChallengeReader("Bearer realm=x");

        Assert.False(reader.TryReadParameter(out _, out _));
        Assert.True(reader.TryReadToken(out _));
        Assert.Null(reader.TryReadToken68());
        Assert.True(reader.SkipSeparators());
        Assert.True(reader.TryReadParameter(out var name, out _));
        Assert.Equal("realm", name);
    }

    [Theory]
    [InlineData(" YIIB==", "YIIB==")]
    [InlineData(" YIIB , Basic", "YIIB")]
    [InlineData(" realm=x", null)]
    [InlineData(" Basic realm=x", null)]
    [InlineData(" ", null)]
    [InlineData("YIIB", null)]
    public void A_token68_stands_alone_behind_a_scheme(string text, string? expected) =>
        Assert.Equal(expected, new ChallengeReader(text).TryReadToken68());

    [Theory]
    [InlineData("a b, c", true)]
    [InlineData("""a="x, y", c""", true)]
    [InlineData("""a="x\", y", c""", true)]
    [InlineData("""a="x, c""", false)]
    [InlineData("a", false)]
    [InlineData("""a="\""", false)]
    public void A_comma_inside_a_quoted_string_ends_nothing(string text, bool hasMore)
    {
        var reader = new ChallengeReader(text);

        reader.SkipToComma();

        Assert.Equal(hasMore, reader.SkipSeparators() && reader.TryReadToken(out var next) && next == "c");
    }
}

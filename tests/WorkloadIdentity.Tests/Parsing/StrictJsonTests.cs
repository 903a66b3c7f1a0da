using System.Text;

namespace WorkloadIdentity.Tests;

public sealed class StrictJsonTests
{
    [Theory]
    [InlineData("{}", true)]
    [InlineData("\uFEFF{}", true)]
    [InlineData("", false)]
    [InlineData("[]", false)]
    [InlineData("7", false)]
    [InlineData("{} {}", false)]
    [InlineData("""{"a":1,"a":2}""", false)]
    [InlineData("""{"a":1,}""", false)]
    [InlineData("""{"a":1} // said""", false)]
    public void Only_one_object_without_duplicate_names_is_read(string json, bool isObject) =>
        Assert.Equal(isObject, StrictJson.IsObject(Encoding.UTF8.GetBytes(json)));

    [Theory]
    [InlineData(StrictJson.MaxDepth, true)]
    [InlineData(StrictJson.MaxDepth + 1, false)]
    public void An_object_is_at_most_16_levels_deep(int depth, bool isObject)
    {
        var json = string.Concat(Enumerable.Repeat("{\"a\":", depth - 1)) + "{}" + new string('}', depth - 1);

        using var document = StrictJson.Parse(json);

        Assert.Equal(isObject, document is not null);
    }

    [Fact]
    public void Bytes_that_are_not_utf8_are_not_read() => Assert.Null(StrictJson.Parse([(byte)'{', (byte)'"', 0xFF, (byte)'"', (byte)':']));

    [Fact]
    public void Half_of_a_surrogate_pair_is_not_read() => Assert.Null(StrictJson.Parse("{\"a\":\"\uD800\"}"));

    [Fact]
    public void A_member_is_null_when_it_is_absent_or_null_and_its_text_when_it_is_no_text()
    {
        using var document = StrictJson.Parse("""{"text":"x","null":null,"number":7,"half":"\ud800","inner":{"text":"y"}}""")!;
        var root = document.RootElement;

        Assert.Equal("x", root.Text("text"));
        Assert.Equal("y", root.Member("inner")!.Value.Text("text"));
        Assert.Null(root.Member("null"));
        Assert.Null(root.Member("absent"));
        Assert.NotNull(root.Member("number"));
        Assert.Null(root.Text("number"));
        Assert.Null(root.Text("half"));
        Assert.Null(root.Member("text")!.Value.Member("text"));
    }

    [Fact]
    public void A_name_that_is_no_text_hides_the_member_beside_it_and_throws_nothing()
    {
        using var document = StrictJson.Parse("""{"\ud800":1,"text":"x"}""");

        Assert.True(document is null || document.RootElement.Text("text") is null or "x");
    }
}

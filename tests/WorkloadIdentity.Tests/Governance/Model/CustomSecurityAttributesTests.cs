using System.Text.Json;
using WorkloadIdentity.Governance;

namespace WorkloadIdentity.Tests;

public sealed class CustomSecurityAttributesTests
{
    private const string Row =
        """
        {"id":"1","customSecurityAttributes":{"Engineering":{"@odata.type":"#microsoft.graph.customSecurityAttributeValue",
          "Project@odata.type":"#Collection(String)","Project":["Baker","Alpine"],"NumVendors@odata.type":"#Int32","NumVendors":4,
          "Certification":true,"Gone":null},"Marketing":{"@odata.type":"#x","Cost_Centre":"KX19476"}}}
        """;

    private readonly GraphJson _json = GraphJson.Create(new PooledText());

    [Fact]
    public void Values_are_read_by_set_and_name_without_annotations()
    {
        var read = Read(Row)!;

        Assert.Equal(4, read.All.Count);
        Assert.Equal(["Baker", "Alpine"], read.Values("Engineering", "project"));
        Assert.Equal(["4"], read.Values("Engineering", "NumVendors"));
        Assert.Equal(["true"], read.Values("Engineering", "Certification"));
        Assert.Empty(read.Values("Engineering", "Gone"));
    }

    [Fact]
    public void A_value_is_compared_in_its_exact_case()
    {
        var read = Read(Row)!;

        Assert.True(read.Has("Marketing", "Cost_Centre", "KX19476"));
        Assert.False(read.Has("Marketing", "Cost_Centre", "kx19476"));
    }

    [Fact]
    public void They_are_the_same_after_they_were_written_and_read()
    {
        var line = JsonSerializer.Serialize(new StateLine { Of = new StateRelations { Id = "1", Attributes = Read(Row) } }, _json.Line);

        var again = JsonSerializer.Deserialize(line, _json.Line)!.Of!.Attributes!;

        Assert.Equal(Read(Row)!.All.OrderBy(pair => pair.Key), again.All.OrderBy(pair => pair.Key));
    }

    [Fact]
    public void Of_two_values_with_one_name_the_later_counts()
    {
        var attributes = new CustomSecurityAttributes(
            [new("Set_One", ["first"]), new("Set_Two", ["second"]), new("SET_one", ["third"])]);

        Assert.Equal(["third"], attributes.Values("Set", "One"));
        Assert.Equal(["second"], attributes.All["set_two"]);
        Assert.Equal(2, attributes.All.Count);
        Assert.False(attributes.All.ContainsKey("Set_Three"));
        Assert.Throws<KeyNotFoundException>(() => attributes.All["Set_Three"]);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    public void What_is_no_object_is_null(string value) => Assert.Null(Read($$"""{"id":"1","customSecurityAttributes":{{value}}}"""));

    private CustomSecurityAttributes? Read(string row) =>
        JsonSerializer.Deserialize($$"""{"value":[{{row}}]}""", _json.ServicePrincipals)!.Value![0].CustomSecurityAttributes;
}

using System.Text.Json.Nodes;
using WorkloadIdentity.Governance;

namespace WorkloadIdentity.Tests;

public sealed class DesiredJsonTests
{
    [Theory]
    [InlineData("""{"a":1}""", """{"a":1,"b":2}""")]
    [InlineData("""{"a":null}""", """{}""")]
    [InlineData("""{"a":[]}""", """{"a":null}""")]
    [InlineData("""{"a":{"b":[]}}""", """{}""")]
    [InlineData("""{"operator":"or"}""", """{"operator":"OR"}""")]
    [InlineData("""{"ids":["a","b"]}""", """{"ids":["B","A"]}""")]
    [InlineData("""{"ids":[{"x":1},{"x":2}]}""", """{"ids":[{"x":2,"y":1},{"x":1}]}""")]
    [InlineData("""{"from":"2027-01-01T00:00:00Z"}""", """{"from":"2027-01-01T01:00:00.000+01:00"}""")]
    public void What_is_wanted_is_met(string wanted, string existing) => Assert.Empty(Paths(wanted, existing));

    [Theory]
    [InlineData("""{"a":1}""", """{"a":2}""", "a")]
    [InlineData("""{"a":1}""", """{"a":"1"}""", "a")]
    [InlineData("""{"a":null}""", """{"a":1}""", "a")]
    [InlineData("""{"a":[]}""", """{"a":[1]}""", "a")]
    [InlineData("""{"a":{"b":{"c":1,"d":2}}}""", """{"a":{"b":{"c":2,"d":2}}}""", "a/b/c")]
    [InlineData("""{"ids":["a","a"]}""", """{"ids":["a","b"]}""", "ids")]
    [InlineData("""{"ids":["a"]}""", """{"ids":["a","b"]}""", "ids")]
    [InlineData("""{"displayName":"Ci"}""", """{"displayName":"CI"}""", "displayName")]
    [InlineData("""{"from":"2027-01-01T00:00:00Z"}""", """{"from":"2027-01-01T00:00:00+01:00"}""", "from")]
    public void A_difference_is_named_by_its_path(string wanted, string existing, string path) =>
        Assert.Equal([path], Paths(wanted, existing));

    [Fact]
    public void A_value_whose_case_counts_differs_in_case()
    {
        Assert.True(DesiredJson.IsMet("Baker", "baker", isExact: false));
        Assert.False(DesiredJson.IsMet("Baker", "baker", isExact: true));
        Assert.False(DesiredJson.IsMet(new JsonArray("Baker"), new JsonArray("baker"), isExact: true));
    }

    [Fact]
    public void What_is_not_named_stays_and_a_list_is_replaced()
    {
        var merged = DesiredJson.Over(
            Object("""{"keep":1,"inner":{"keep":[1],"list":[1,2]}}"""), Object("""{"inner":{"list":[3],"new":{"x":1}}}"""));

        Assert.Equal("""{"keep":1,"inner":{"keep":[1],"list":[3],"new":{"x":1}}}""", merged.ToJsonString());
    }

    [Fact]
    public void A_restriction_keeps_the_exemptions_of_the_one_of_its_type()
    {
        var merged = DesiredJson.Over(
            Object(
                """{"p":[{"restrictionType":"passwordLifetime","maxLifetime":"P90D","excludeActors":{"x":1}},"""
                    + """{"restrictionType":"gone"}]}"""),
            Object("""{"p":[{"restrictionType":"passwordAddition"},{"restrictionType":"PasswordLifetime","maxLifetime":"P30D"}]}"""));

        Assert.Equal(
            """{"p":[{"restrictionType":"passwordAddition"},"""
                + """{"restrictionType":"PasswordLifetime","maxLifetime":"P30D","excludeActors":{"x":1}}]}""",
            merged.ToJsonString());
    }

    [Fact]
    public void Content_is_without_what_Graph_writes_itself_and_keeps_types()
    {
        var content = DesiredJson.Content(Object(
            """{"@odata.context":"c","id":"1","status":"s","x":{"@odata.type":"#t","y@odata.context":"c","""
                + """ "z":[{"@odata.id":"i","w":1}]}}"""));

        Assert.Equal("""{"x":{"@odata.type":"#t","z":[{"w":1}]}}""", content.ToJsonString());
    }

    [Fact]
    public void A_plan_shows_a_value_on_one_line_without_control_characters()
    {
        Assert.Equal("nothing", DesiredJson.Text(null));
        Assert.Equal(
            """{"rule":"a -eq \"b\"","name":"Größe"}""", DesiredJson.Text(Object("""{"rule":"a -eq \"b\"","name":"Größe"}""")));
        Assert.DoesNotContain('\u202e', DesiredJson.Text(JsonValue.Create("a\u202eb")));
    }

    private static IReadOnlyList<string> Paths(string wanted, string existing) =>
        [.. DesiredJson.Differences(Object(wanted), Object(existing)).Select(each => each.Path)];

    private static JsonObject Object(string json) => (JsonObject)JsonNode.Parse(json)!;
}

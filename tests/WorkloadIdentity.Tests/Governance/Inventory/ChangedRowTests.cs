using System.Text.Json;
using WorkloadIdentity.Governance;

namespace WorkloadIdentity.Tests;

public sealed class ChangedRowTests
{
    private readonly GraphJson _json = GraphJson.Create(new PooledText());

    [Fact]
    public void What_is_not_sent_stays_and_what_is_null_goes()
    {
        var known = new ServicePrincipal { Id = new ServicePrincipalId("1"), DisplayName = "Old", Notes = "Kept", Tags = ["a"] };

        var merged = ChangedRow.Merge(known, JsonElement.Parse("""{"id":"1","displayName":"New","tags":null}"""), _json.ServicePrincipal);

        Assert.Equal(("New", "Kept"), (merged.DisplayName, merged.Notes));
        Assert.Null(merged.Tags);
    }

    [Fact]
    public void A_new_object_is_what_was_sent() =>
        Assert.Equal("1", ChangedRow.Merge(null, JsonElement.Parse("""{"id":"1"}"""), _json.ServicePrincipal).Id.Value);
}

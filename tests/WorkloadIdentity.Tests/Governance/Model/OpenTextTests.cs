using System.Text.Json;
using WorkloadIdentity.Governance;

namespace WorkloadIdentity.Tests;

public sealed class OpenTextTests
{
    [Fact]
    public void Values_are_compared_without_regard_to_case()
    {
        Assert.Equal(RiskLevel.High, new RiskLevel("HIGH"));
        Assert.Equal(RiskLevel.High.GetHashCode(), new RiskLevel("HIGH").GetHashCode());
        Assert.NotEqual(RiskLevel.High, RiskLevel.Low);
        Assert.Equal(new ServicePrincipalId("a1"), new ServicePrincipalId("A1"));
        Assert.NotEqual(new ClientId("a1"), new ClientId("a2"));
    }

    [Fact]
    public void A_value_that_nobody_knows_is_kept_as_it_was_sent()
    {
        var json = GraphJson.Create(new PooledText());

        const string Page = """{"value":[{"id":"286grg","riskLevel":"Extreme"}]}""";
        var risk = JsonSerializer.Deserialize(Page, json.RiskyServicePrincipals)!.Value![0];

        Assert.Equal("286grg", risk.Id.Value);
        Assert.Equal("Extreme", risk.RiskLevel!.Value.Value);
    }

    [Fact]
    public void The_default_is_empty_and_so_is_null()
    {
        var json = GraphJson.Create(new PooledText());

        var application = JsonSerializer.Deserialize("""{"value":[{"id":null,"createdByAppId":null}]}""", json.AppRegistrations)!.Value![0];

        Assert.Equal("", application.Id.Value);
        Assert.Equal(default, application.Id);
        Assert.Equal("", default(RiskState).ToString());
        Assert.Null(application.CreatedByAppId);
    }
}

using WorkloadIdentity.Governance;

namespace WorkloadIdentity.Tests;

public sealed class AzureResourceTests
{
    private const string Vm = "/subscriptions/1/resourcegroups/rg/providers/Microsoft.Compute/virtualMachines/vm";

    [Theory]
    [InlineData("isExplicit=False", false)]
    [InlineData("isExplicit=True", true)]
    [InlineData("isExplicit=perhaps", null)]
    [InlineData("other", null)]
    public void The_names_say_the_resource_and_who_assigned_the_identity(string name, bool? isUserAssigned)
    {
        Assert.Equal(new AzureResource(Vm, isUserAssigned), AzureResource.From([name, Vm]));
        Assert.Equal(new AzureResource(Vm, isUserAssigned), AzureResource.From([Vm, name]));
    }

    [Fact]
    public void Without_a_resource_there_is_none()
    {
        Assert.Null(AzureResource.From(null));
        Assert.Null(AzureResource.From(["isExplicit=True"]));
    }
}

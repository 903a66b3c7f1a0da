using WorkloadIdentity.Governance;

namespace WorkloadIdentity.Tests;

public sealed class IdentityKindsTests
{
    [Theory]
    [InlineData(null, "Application", IdentityKind.Application)]
    [InlineData(null, "ManagedIdentity", IdentityKind.ManagedIdentity)]
    [InlineData(null, "Legacy", IdentityKind.Legacy)]
    [InlineData(null, "SocialIdp", IdentityKind.Legacy)]
    [InlineData(null, "ServiceIdentity", IdentityKind.AgentIdentity)]
    [InlineData("#microsoft.graph.agentIdentity", "Application", IdentityKind.AgentIdentity)]
    [InlineData("#microsoft.graph.agentIdentityBlueprintPrincipal", "Application", IdentityKind.AgentBlueprint)]
    [InlineData("#microsoft.graph.servicePrincipal", "SomethingNew", IdentityKind.Other)]
    [InlineData(null, null, IdentityKind.Other)]
    public void The_types_say_what_an_identity_is(string? odataType, string? type, IdentityKind expected) =>
        Assert.Equal(
            expected,
            IdentityKinds.Of(
                new ServicePrincipal { ODataType = odataType, ServicePrincipalType = type is null ? null : new ServicePrincipalType(type) },
                null));

    [Fact]
    public void An_application_without_a_service_principal_is_one()
    {
        Assert.Equal(IdentityKind.Application, IdentityKinds.Of(null, new AppRegistration()));
        Assert.Equal(
            IdentityKind.AgentBlueprint,
            IdentityKinds.Of(null, new AppRegistration { ODataType = "#microsoft.graph.agentIdentityBlueprint" }));
    }
}

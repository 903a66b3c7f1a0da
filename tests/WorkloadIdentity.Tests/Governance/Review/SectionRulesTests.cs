using WorkloadIdentity.Governance;
using static WorkloadIdentity.Tests.SampleTenant;

namespace WorkloadIdentity.Tests;

public sealed class SectionRulesTests
{
    [Theory]
    [InlineData("Applications", "Application.Read.All", FindingSeverity.High)]
    [InlineData("ServicePrincipals", "Application.Read.All", FindingSeverity.High)]
    [InlineData("Owners", "Application.Read.All", FindingSeverity.Low)]
    [InlineData("AgentIdentities", "AgentIdentity.Read.All", FindingSeverity.Low)]
    [InlineData("CustomSecurityAttributes", "CustomSecAttributeAssignment.Read.All", FindingSeverity.Low)]
    [InlineData("Federations", "Application.Read.All", FindingSeverity.Medium)]
    [InlineData("AppRoles", "Application.Read.All", FindingSeverity.Medium)]
    [InlineData("DelegatedGrants", "Directory.Read.All", FindingSeverity.Low)]
    [InlineData("DirectoryRoles", "RoleManagement.Read.Directory", FindingSeverity.Medium)]
    [InlineData("EligibleDirectoryRoles", "RoleEligibilitySchedule.Read.Directory", FindingSeverity.Low)]
    [InlineData("SignIns", "AuditLog.Read.All", FindingSeverity.Low)]
    [InlineData("CredentialUse", "AuditLog.Read.All", FindingSeverity.Medium)]
    [InlineData("Risk", "IdentityRiskyServicePrincipal.Read.All", FindingSeverity.Medium)]
    [InlineData("RiskDetections", "IdentityRiskEvent.Read.All", FindingSeverity.Medium)]
    [InlineData("ConditionalAccess", "Policy.Read.All", FindingSeverity.Low)]
    [InlineData("NamedLocations", "Policy.Read.All", FindingSeverity.Low)]
    [InlineData("AppManagementPolicies", "Policy.Read.All", FindingSeverity.Low)]
    [InlineData("AccessReviews", "AccessReview.Read.All", FindingSeverity.Low)]
    public void A_section_that_is_missing_is_a_finding_that_names_its_permission(
        string section, string permission, FindingSeverity severity)
    {
        var name = Enum.Parse<InventorySectionName>(section);

        var finding = Assert.Single(Findings(Of(Application()) with { Sections = Sections(name) }));

        Assert.Equal(("not-read", $"not-read/tenant/{name}", severity), (finding.Rule.Id, finding.Id, finding.Severity));
        Assert.Contains($"Permission: {permission}.", finding.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_section_that_is_partial_says_why()
    {
        var sections = Sections().Select(section => section.Name == InventorySectionName.Owners
            ? section with { State = SectionState.Partial, Reason = "Users are hidden." }
            : section);

        var finding = Assert.Single(Findings(Of(Application()) with { Sections = [.. sections] }));

        Assert.StartsWith("Owners: only a part. Users are hidden.", finding.Evidence, StringComparison.Ordinal);
    }
}

using WorkloadIdentity.Governance;

namespace WorkloadIdentity.Tests;

/// <summary>The code of docs/policies.md, compiled.</summary>
internal static class PoliciesSnippets
{
    public static async Task BlockAsync(GraphClient graph)
    {
        var setup = new GovernanceSetup(graph);
        var plan = await setup.PlanConditionalAccessAsync(new ConditionalAccessPolicy
        {
            DisplayName = "Block workloads outside trusted networks",
            Conditions = new ConditionalAccessConditions
            {
                ClientApplications = new ConditionalAccessClients { IncludeServicePrincipals = ["ServicePrincipalsInMyTenant"] },
                Locations = new ConditionalAccessLocations { IncludeLocations = ["All"], ExcludeLocations = ["AllTrusted"] },
            },
        });
        Console.WriteLine(plan);
        await plan.ApplyAsync();
    }

    public static async Task<ChangePlan> ReviewAsync(GovernanceSetup setup, string reviewer)
    {
        var plan = await setup.PlanAccessReviewAsync(
            new AccessReviewRequest("Workloads with Application Administrator", "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3", reviewer)
            {
                StartsOn = new DateOnly(2027, 1, 15),
                Months = 3,
            });
        return plan;
    }

    public static async Task<ChangePlan> NoteAsync(GovernanceSetup setup, ServicePrincipalId principal)
    {
        var plan = await setup.PlanAttributesAsync(
            principal,
            [
                AttributeAssignment.Text("Governance", "Owner", "team-orders@contoso.com"),
                AttributeAssignment.Number("Governance", "CostCenter", 4711),
                AttributeAssignment.None("Governance", "Project"),
            ]);
        return plan;
    }

    public static async Task<ChangePlan> LimitAsync(GovernanceSetup setup, ClientId application, string policyId)
    {
        var policy = await setup.PlanAppManagementPolicyAsync(new AppManagementPolicy
        {
            DisplayName = "Secrets of 30 days",
            Restrictions = new CredentialRestrictions
            {
                PasswordCredentials =
                    [new CredentialRestriction { RestrictionType = "passwordLifetime", State = "enabled", MaxLifetime = "P30D" }],
            },
        });
        await policy.ApplyAsync();
        var assignment = await setup.PlanAppManagementAssignmentAsync(application, policyId);
        return assignment;
    }
}

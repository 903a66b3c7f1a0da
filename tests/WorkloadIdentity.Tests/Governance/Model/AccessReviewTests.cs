using WorkloadIdentity.Governance;

namespace WorkloadIdentity.Tests;

public sealed class AccessReviewTests
{
    [Theory]
    [InlineData("/roleManagement/…?$filter=(isof(principal,'microsoft.graph.servicePrincipal') and roleDefinitionId eq 'x')", true)]
    [InlineData("/groups/1/transitiveMembers/microsoft.graph.user", false)]
    public void A_review_is_of_service_principals_if_its_query_names_them(string query, bool expected)
    {
        Assert.Equal(expected, new AccessReview { Scope = new AccessReviewScope { Query = query } }.IsOfServicePrincipals);
        Assert.Equal(
            expected,
            new AccessReview { Scope = new AccessReviewScope { PrincipalScopes = [new AccessReviewScope { Query = query }] } }
                .IsOfServicePrincipals);
    }

    [Fact]
    public void A_review_without_scope_is_not() => Assert.False(new AccessReview().IsOfServicePrincipals);
}

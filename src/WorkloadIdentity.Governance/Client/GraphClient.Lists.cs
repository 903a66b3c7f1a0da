using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace WorkloadIdentity.Governance;

public sealed partial class GraphClient
{
    private const string Beta = "WIGOV001";

    /// <summary>The applications registered in the tenant, with their credentials (<c>Application.Read.All</c>).</summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    public IAsyncEnumerable<AppRegistration> ListApplicationsAsync(CancellationToken cancellationToken = default) =>
        ListAsync(GraphReads.Applications, cancellationToken);

    /// <summary>The service principals of the tenant, with their credentials (<c>Application.Read.All</c>).</summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    public IAsyncEnumerable<ServicePrincipal> ListServicePrincipalsAsync(CancellationToken cancellationToken = default) =>
        ListAsync(GraphReads.ServicePrincipals, cancellationToken);

    /// <summary>Who holds a role of an API (<c>Application.Read.All</c>).</summary>
    /// <param name="resource">The API's service principal.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public IAsyncEnumerable<AppRoleAssignment> ListAssignedToAsync(
        ServicePrincipalId resource, CancellationToken cancellationToken = default) =>
        ListAsync(GraphReads.AssignedTo(resource), cancellationToken);

    /// <summary>The application permissions that a service principal holds (<c>Application.Read.All</c>).</summary>
    /// <param name="principal">The service principal.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public IAsyncEnumerable<AppRoleAssignment> ListAssignmentsAsync(
        ServicePrincipalId principal, CancellationToken cancellationToken = default) =>
        ListAsync(GraphReads.AssignmentsOf(principal), cancellationToken);

    /// <summary>The consents of the tenant (<c>Directory.Read.All</c>).</summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    public IAsyncEnumerable<DelegatedGrant> ListDelegatedGrantsAsync(CancellationToken cancellationToken = default) =>
        ListAsync(GraphReads.Grants, cancellationToken);

    /// <summary>The owners of a service principal (<c>Application.Read.All</c>).</summary>
    /// <param name="principal">The service principal.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public IAsyncEnumerable<DirectoryObject> ListOwnersAsync(ServicePrincipalId principal, CancellationToken cancellationToken = default) =>
        ListAsync(GraphReads.OwnersOf(principal), cancellationToken);

    /// <summary>The owners of an application (<c>Application.Read.All</c>).</summary>
    /// <param name="application">The application's object id.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public IAsyncEnumerable<DirectoryObject> ListOwnersAsync(
        ApplicationObjectId application, CancellationToken cancellationToken = default) =>
        ListAsync(GraphReads.OwnersOf(application), cancellationToken);

    /// <summary>The federated credentials of an application (<c>Application.Read.All</c>). Expressions are not in them.</summary>
    /// <param name="application">The application's object id.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public IAsyncEnumerable<FederatedCredential> ListFederatedCredentialsAsync(
        ApplicationObjectId application, CancellationToken cancellationToken = default) =>
        ListAsync(GraphReads.FederationsOf(application, isBeta: false), cancellationToken);

    /// <summary>The federated credentials of a managed identity (<c>Application.Read.All</c>). Expressions are not in them.</summary>
    /// <param name="principal">The managed identity's service principal.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public IAsyncEnumerable<FederatedCredential> ListFederatedCredentialsAsync(
        ServicePrincipalId principal, CancellationToken cancellationToken = default) =>
        ListAsync(GraphReads.FederationsOf(principal, isBeta: false), cancellationToken);

    /// <summary>The federated credentials of an application with their expressions, from beta (<c>Application.Read.All</c>).</summary>
    /// <param name="application">The application's object id.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    [Experimental(Beta)]
    public IAsyncEnumerable<FederatedCredential> ListFlexibleFederatedCredentialsAsync(
        ApplicationObjectId application, CancellationToken cancellationToken = default) =>
        ListAsync(GraphReads.FederationsOf(application, isBeta: true), cancellationToken);

    /// <summary>The definitions of directory roles (<c>RoleManagement.Read.Directory</c>).</summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    public IAsyncEnumerable<DirectoryRole> ListDirectoryRolesAsync(CancellationToken cancellationToken = default) =>
        ListAsync(GraphReads.DirectoryRoles, cancellationToken);

    /// <summary>The directory roles that principals have (<c>RoleManagement.Read.Directory</c>).</summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    public IAsyncEnumerable<DirectoryRoleAssignment> ListRoleAssignmentsAsync(CancellationToken cancellationToken = default) =>
        ListAsync(GraphReads.RoleAssignments, cancellationToken);

    /// <summary>The directory roles that principals may activate (<c>RoleEligibilitySchedule.Read.Directory</c>, Entra ID P2).</summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    public IAsyncEnumerable<DirectoryRoleAssignment> ListEligibleRolesAsync(CancellationToken cancellationToken = default) =>
        ListAsync(GraphReads.EligibleRoles, cancellationToken);

    /// <summary>When applications signed in last, from beta (<c>AuditLog.Read.All</c>; global cloud).</summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    [Experimental(Beta)]
    public IAsyncEnumerable<ServicePrincipalSignIns> ListSignInsAsync(CancellationToken cancellationToken = default) =>
        ListAsync(GraphReads.SignIns, cancellationToken);

    /// <summary>When credentials were used last, from beta (<c>AuditLog.Read.All</c>; global cloud).</summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    [Experimental(Beta)]
    public IAsyncEnumerable<CredentialSignIns> ListCredentialUseAsync(CancellationToken cancellationToken = default) =>
        ListAsync(GraphReads.CredentialUse, cancellationToken);

    /// <summary>The service principals at risk (<c>IdentityRiskyServicePrincipal.Read.All</c>, Workload ID Premium).</summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    public IAsyncEnumerable<RiskyServicePrincipal> ListRiskyServicePrincipalsAsync(CancellationToken cancellationToken = default) =>
        ListAsync(GraphReads.RiskyServicePrincipals, cancellationToken);

    /// <summary>Why they are at risk (<c>IdentityRiskEvent.Read.All</c>, Workload ID Premium).</summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    public IAsyncEnumerable<RiskDetection> ListRiskDetectionsAsync(CancellationToken cancellationToken = default) =>
        ListAsync(GraphReads.RiskDetections, cancellationToken);

    /// <summary>The Conditional Access policies, those about users included (<c>Policy.Read.All</c>).</summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    public IAsyncEnumerable<ConditionalAccessPolicy> ListConditionalAccessPoliciesAsync(CancellationToken cancellationToken = default) =>
        ListAsync(GraphReads.Policies, cancellationToken);

    /// <summary>The named locations (<c>Policy.Read.All</c>).</summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    public IAsyncEnumerable<NamedLocation> ListNamedLocationsAsync(CancellationToken cancellationToken = default) =>
        ListAsync(GraphReads.NamedLocations, cancellationToken);

    /// <summary>The access reviews of the tenant (<c>AccessReview.Read.All</c>, Entra ID Governance).</summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    public IAsyncEnumerable<AccessReview> ListAccessReviewsAsync(CancellationToken cancellationToken = default) =>
        ListAsync(GraphReads.AccessReviews, cancellationToken);

    internal async IAsyncEnumerable<T> ListAsync<T>(
        GraphRead<T> read, [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : notnull
    {
        await foreach (var page in PagesAsync(read, Json(), cancellationToken).ConfigureAwait(false))
        {
            foreach (var row in page.Value ?? [])
            {
                yield return row;
            }
        }
    }
}

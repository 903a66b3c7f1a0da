namespace WorkloadIdentity.Testing;

/// <summary>The beta reports of sign-in activities.</summary>
internal static class GraphReportRoutes
{
    public static IEnumerable<GraphRoute> Of(GraphTenant tenant)
    {
        var principals = tenant.Set("reports/servicePrincipalSignInActivities", DocumentType.Of(
            "servicePrincipalSignInActivity",
            "id appId:eq lastSignInActivity delegatedClientSignInActivity delegatedResourceSignInActivity "
            + "applicationAuthenticationClientSignInActivity applicationAuthenticationResourceSignInActivity"));
        var credentials = tenant.Set("reports/appCredentialSignInActivities", DocumentType.Of(
            "appCredentialSignInActivity",
            "id appId:eq appObjectId servicePrincipalObjectId resourceId keyId:eq keyType keyUsage credentialOrigin createdDateTime "
            + "expirationDateTime signInActivity"));
        return
        [
            Report("reports/servicePrincipalSignInActivities", call => principals.List(call, SeededSignIns.Principals(tenant.Directory))),
            Report("reports/appCredentialSignInActivities", call => credentials.List(call, SeededSignIns.Credentials(tenant.Directory))),
        ];
    }

    private static GraphRoute Report(string path, Func<GraphCall, GraphAnswer> answer) =>
        new(path, GraphLimitGroup.Reports, GraphPermissions.ReadSignIns, (call, _) => answer(call))
        {
            IsBeta = true,
            Licence = (EmulatedLicences.EntraP1 | EmulatedLicences.EntraP2, () => new(
                403,
                "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
                "Neither tenant is B2C or tenant doesn't have premium license")),
        };
}

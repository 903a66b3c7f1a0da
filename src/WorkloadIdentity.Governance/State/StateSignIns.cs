namespace WorkloadIdentity.Governance;

/// <summary>When an application signed in last. A row of the report has five activities of six values; these four dates are kept.</summary>
internal sealed class StateSignIns
{
    public ClientId AppId { get; init; }

    public IdentityActivity Activity { get; init; } = IdentityActivity.None;

    public static StateSignIns Of(ServicePrincipalSignIns row)
    {
        var (client, forUsers) = (row.ApplicationAuthenticationClientSignInActivity?.Latest, row.DelegatedClientSignInActivity?.Latest);
        var asResource =
            Latest(row.DelegatedResourceSignInActivity?.Latest, row.ApplicationAuthenticationResourceSignInActivity?.Latest);
        return new StateSignIns
        {
            AppId = row.AppId,
            Activity = new IdentityActivity
            {
                AsApplication = client,
                ForUsers = forUsers,
                AsResource = asResource,
                LastSignIn = Latest(Latest(row.LastSignInActivity?.Latest, client), Latest(forUsers, asResource)),
            },
        };
    }

    private static DateTimeOffset? Latest(DateTimeOffset? one, DateTimeOffset? other) => one is null || other > one ? other : one;
}

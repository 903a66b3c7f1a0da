namespace WorkloadIdentity.Testing;

/// <summary>Who owns what in a generated directory: nobody, one or two users, an application, or more than Graph expands.</summary>
internal static class SeededOwners
{
    public static IReadOnlyList<DirectoryReference> Of(SeededTenant tenant, int application)
    {
        var many = Many(tenant, application, 5, 25);
        return many.Count > 0 ? many : (application % 8) switch
        {
            0 or 3 => [],
            7 => [User(tenant, application), User(tenant, application + 1)],

            // An application that may change another one is whatever the other one is.
            4 when application > 4 => [new(false, tenant.PrincipalId(SeededTenant.PrincipalOf(application - 4)))],
            _ => [User(tenant, application)],
        };
    }

    /// <summary>One application in a thousand has more owners than <c>$expand</c> sends.</summary>
    public static IReadOnlyList<DirectoryReference> Many(SeededTenant tenant, int application, int which, int count) =>
        application % 1_000 == which ? [.. Enumerable.Range(0, count).Select(user => User(tenant, user, spread: false))] : [];

    public static DirectoryReference User(SeededTenant tenant, int number, bool spread = true) =>
        new(true, tenant.Ids.Id(SeededKind.User, spread ? tenant.Ids.Draw(SeededKind.User, number, 1, tenant.Users) : number));
}

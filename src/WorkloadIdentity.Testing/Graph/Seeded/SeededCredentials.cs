namespace WorkloadIdentity.Testing;

/// <summary>
/// The credentials of generated applications: none to three each, one and a half on average. All the cases that matter to an operator occur
/// in every dozen: about to expire and in use, expired, unused, valid for many years.
/// </summary>
internal static class SeededCredentials
{
    /// <summary>How many credentials the applications have, in turn.</summary>
    private static readonly IReadOnlyList<int> Counts = [0, 1, 1, 2, 2, 1, 3, 2, 1, 2];

    /// <summary>In how many days they end, in turn.</summary>
    private static readonly IReadOnlyList<int> Ends = [200, 6, 80, -40, 20, 400, 3_000, 690];

    /// <summary>How many days ago they were used, in turn; -1 for never.</summary>
    private static readonly IReadOnlyList<int> Used = [1, 3, -1, 2, 75];

    public static IReadOnlyList<CredentialRow> Of(SeededTenant tenant, int application) =>
        [.. Enumerable.Range(0, Counts[application % Counts.Count]).Select(number => One(tenant, application, number))];

    /// <summary>The certificate with which a third party's application signs in users (SAML).</summary>
    public static CredentialRow Signing(SeededTenant tenant, int principal)
    {
        var index = Index(tenant.Applications + principal, 3);
        var ends = tenant.Day.AddDays(30 + tenant.Ids.Draw(SeededKind.Credential, index, 1, 900));
        return new(tenant.Ids.Id(SeededKind.Credential, index), "CN=Microsoft Azure Federated SSO Certificate", ends.AddYears(-3), ends)
        {
            Usage = "Sign",
            Thumbprint = tenant.Ids.Bytes(SeededKind.Credential, index, 20),
            Key = tenant.Ids.Bytes(SeededKind.Credential, index, 64),
        };
    }

    private static CredentialRow One(SeededTenant tenant, int application, int number)
    {
        var index = Index(application, number);
        var days = Ends[(application * 3 + number) % Ends.Count];
        var ends = tenant.Day.AddDays(days).AddMinutes(tenant.Ids.Draw(SeededKind.Credential, index, 1, 1_440));
        var used = Used[(application + (number * 2)) % Used.Count];
        DateTimeOffset? usedOn = used < 0 ? null : tenant.DaysAgo(used).AddMinutes(-tenant.Ids.Draw(SeededKind.Credential, index, 2, 600));
        var credential = new CredentialRow(
            tenant.Ids.Id(SeededKind.Credential, index),
            $"{((application + number) % 3 == 0 ? "certificate" : "secret")} {number + 1}",
            ends.AddDays(days > 1_000 ? -3_650 : days > 600 ? -730 : -365),
            ends)
        {
            // Nobody can have used one after its end.
            UsedOn = usedOn > ends ? ends.AddHours(-1) : usedOn,
        };
        return (application + number) % 3 == 0
            ? credential with
            {
                Thumbprint = tenant.Ids.Bytes(SeededKind.Credential, index, 20),
                Key = tenant.Ids.Bytes(SeededKind.Credential, index, 64),
            }
            : credential with { Hint = tenant.Ids.Id(SeededKind.Request, index)[..3] };
    }

    private static long Index(int application, int number) => ((long)application * 4) + number;
}

using System.Globalization;

namespace WorkloadIdentity.Testing;

/// <summary>The federated credentials of a generated directory, among them every mistake that an operator should find.</summary>
internal static class SeededFederation
{
    private const string Audience = "api://AzureADTokenExchange";
    private const string GitHub = "https://token.actions.githubusercontent.com";

    public static IReadOnlyList<FederatedCredentialRow> OfApplication(SeededTenant tenant, int application)
    {
        var name = application.ToString(CultureInfo.InvariantCulture);
        return (application % 25) switch
        {
            // Near the limit of 20.
            7 => [.. Enumerable.Range(0, 17).Select(number => One(
                tenant, application, number, $"branch-{number}", GitHub, $"repo:contoso/service-{name}:ref:refs/heads/b{number}",
                Audience))],
            12 => [One(tenant, application, 0, "wrong-audience", GitHub, $"repo:contoso/service-{name}:environment:prod", "api://contoso")],
            17 => [One(
                tenant, application, 0, "other-tenant", $"https://login.microsoftonline.com/{tenant.Ids.Id(SeededKind.Tenant, 1)}/v2.0",
                tenant.Ids.Id(SeededKind.Principal, 9_000_000), Audience)],

            // The same for several applications: whoever holds the token may be any of them.
            22 => [One(tenant, application, 0, "shared", GitHub, "repo:contoso/shared:ref:refs/heads/main", Audience)],
            20 => [Flexible(tenant, application)],
            2 => [One(tenant, application, 0, "main", GitHub, $"repo:contoso/service-{name}:ref:refs/heads/main", Audience)],
            4 or 9 => [One(
                tenant, application, 0, "cluster", "https://oidc.prod-aks.example/cluster-1/", $"system:serviceaccount:service-{name}:api",
                Audience)],
            _ => [],
        };
    }

    /// <summary>A user-assigned managed identity that pods use.</summary>
    public static IReadOnlyList<FederatedCredentialRow> OfIdentity(SeededTenant tenant, int principal) =>
        [One(
            tenant, tenant.Applications + principal, 0, "pods", "https://oidc.prod-aks.example/cluster-1/",
            $"system:serviceaccount:jobs:worker-{principal}", Audience)];

    private static FederatedCredentialRow Flexible(SeededTenant tenant, int application) =>
        new(Id(tenant, application, 0), "any-branch", "https://token.actions.githubusercontent.com", null, Audience)
        {
            Expression = "claims['sub'] matches 'repo:contoso/*:ref:*'",
        };

    private static FederatedCredentialRow One(
        SeededTenant tenant, int application, int number, string name, string issuer, string subject, string audience) =>
        new(Id(tenant, application, number), name, issuer, subject, audience);

    private static string Id(SeededTenant tenant, int application, int number) =>
        tenant.Ids.Id(SeededKind.Federated, ((long)application * 20) + number);
}

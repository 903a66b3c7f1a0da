using WorkloadIdentity.Governance;
using static WorkloadIdentity.Tests.SampleTenant;

namespace WorkloadIdentity.Tests;

public sealed class FederationRulesTests
{
    private static readonly Reviewed Situations = new()
    {
        { "one branch of one repository", With(Federation()) },
        {
            "a service account of a cluster",
            With(Federation("system:serviceaccount:shop:orders", "https://westeurope.oic.prod-aks.azure.com/t/c/"))
        },
        { "an issuer that nobody knows", With(Federation("orders", "https://issuer.example")), "federation-trust low" },
        { "a host that ends as a known one", With(Federation("orders", "https://evilgitlab.com")), "federation-trust low" },
        { "a known host in the path", With(Federation("orders", "https://evil.example/gitlab.com")), "federation-trust low" },
        { "plain http", With(Federation("orders", "http://gitlab.com")), "federation-trust high" },
        { "no address", With(Federation("orders", "gitlab.com")), "federation-trust high" },
        {
            "another tenant",
            With(Federation("orders", "https://login.microsoftonline.com/99999999-0000-41af-91ab-2d7cd011db47/v2.0")),
            "federation-trust high"
        },
        { "this tenant", With(Federation("orders", $"https://login.microsoftonline.com/{Id}/v2.0")) },
        { "every pull request", With(Federation("repo:contoso/orders:pull_request")), "federation-trust medium" },
        {
            "every pull request, and it reaches far",
            With(Federation("repo:contoso/orders:pull_request")) with { AppRoles = [AppRole("Mail.Read")] },
            "federation-trust high", "wide-power medium"
        },
        { "every repository of everyone", With(Matching("repo:*")), "federation-trust high" },
        { "an owner that only begins so", With(Matching("repo:contoso*")), "federation-trust high" },
        { "one letter of an owner open", With(Matching("repo:contos?/orders:ref:refs/heads/main")), "federation-trust high" },
        { "every repository of an owner", With(Matching("repo:contoso/*")), "federation-trust medium" },
        { "every branch of a repository", With(Matching("repo:contoso/orders:ref:refs/heads/*")), "federation-trust medium" },
        { "an expression without a star", With(Matching("repo:contoso/orders:ref:refs/heads/main")) },
        {
            "an expression that does not look at the subject",
            With(Federation(expression: "claims['job_workflow_ref'] matches 'x/*'")), "federation-trust high"
        },
        { "a star in a plain subject", With(Federation("repo:contoso/orders:*")), "federation-hygiene low" },
        { "another audience", With(Federation(audience: "api://orders")), "federation-hygiene medium" },
        { "the audience of another cloud", With(Federation(audience: "api://AzureADTokenExchangeUSGov")) },
        { "the audience of a sovereign cloud", With(Federation(audience: "api://AzureADTokenExchangeGermany")) },
        {
            "another tenant of a sovereign cloud",
            With(Federation("orders", "https://login.sovcloud-identity.fr/99999999-0000-41af-91ab-2d7cd011db47/v2.0")),
            "federation-trust high"
        },
        { "15 of 20", With(Many(15)) },
        { "16 of 20", With(Many(16)), "federation-hygiene low" },
        { "20 of 20", With(Many(20)), "federation-hygiene medium" },
        {
            "the same workload on two applications",
            Of(With(Federation()), Application(2) with { Federations = [Federation()] }), "federation-trust low"
        },
        {
            "two branches on two applications",
            Of(With(Federation()), Application(2) with { Federations = [Federation("repo:contoso/orders:ref:refs/heads/test")] })
        },
    };

    public static TheoryData<string> Names => Situations.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void A_federation_is_judged_by_whom_it_trusts(string situation) => Situations.Check(situation);

    [Fact]
    public void A_federation_that_is_shared_names_the_others()
    {
        var finding = Assert.Single(Findings(With(Federation()), Application(2, "billing") with { Federations = [Federation()] }));

        Assert.Equal(
            "The federated credential 'federation-1' trusts 'repo:contoso/orders:ref:refs/heads/main' of "
                + "https://token.actions.githubusercontent.com, which 1 other identity trusts too: billing.",
            finding.Evidence);
    }

    private static InventoriedIdentity With(params FederatedCredential[] federations) => Application() with { Federations = federations };

    private static FederatedCredential Matching(string pattern) => Federation(expression: $"claims['sub'] matches '{pattern}'");

    private static FederatedCredential[] Many(int count) =>
        [.. Enumerable.Range(1, count).Select(i => Federation($"repo:contoso/orders:environment:{i}", number: i))];
}

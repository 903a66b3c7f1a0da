using WorkloadIdentity.Governance;
using static WorkloadIdentity.Tests.SampleTenant;

namespace WorkloadIdentity.Tests;

public sealed class CredentialRulesTests
{
    private const string Other = "5b1f0c3a-9c0f-4d0e-8a54-6f1f6f0d2b22";

    private static readonly Reviewed Situations = new()
    {
        { "a secret in use that ends in half a year", With(Secret()), "replace-secret low" },
        { "ends in a week, used yesterday", With(Secret(endsIn: 7)), "breaks-next critical", "replace-secret low" },
        { "ends in eight days, used yesterday", With(Secret(endsIn: 8)), "breaks-next high", "replace-secret low" },
        { "ends in thirty days, used yesterday", With(Secret(endsIn: 30)), "breaks-next high", "replace-secret low" },
        { "ends in 31 days, used yesterday", With(Secret(endsIn: 31)), "replace-secret low" },
        { "ends in a week, used 14 days ago", With(Secret(endsIn: 7, usedAgo: 14)), "breaks-next critical", "replace-secret low" },
        { "ends in a week, used 15 days ago", With(Secret(endsIn: 7, usedAgo: 15)) },
        { "ends in a week, never used", With(Secret(endsIn: 7, usedAgo: null)) },
        {
            "ends in a week, use not known", With(Secret(endsIn: 7, usedAgo: null) with { IsUseKnown = false }), "ends-soon medium",
            "replace-secret low"
        },
        {
            "ends in a week, and a newer one is used", With(Secret(endsIn: 7), Secret(endsIn: 200, keyId: Other)), "breaks-next medium",
            "replace-secret low"
        },
        {
            "ends in a week, and a newer one is not used yet", With(Secret(endsIn: 7), Secret(endsIn: 200, usedAgo: null, keyId: Other)),
            "breaks-next critical", "replace-secret low"
        },
        {
            "a signing key ends in a week, and a secret lives on",
            With(Secret(endsIn: 7) with { Kind = CredentialKind.SigningKey }, Secret(endsIn: 200, keyId: Other)),
            "breaks-next critical", "replace-secret low"
        },
        { "a certificate in use that ends in three days", With(Certificate(endsIn: 3)), "breaks-next critical" },
        { "ended yesterday, used until then", With(Secret(endsIn: -1, usedAgo: 2)), "breaks-next critical" },
        {
            "ended yesterday, used until then, and a newer one is used", With(Secret(endsIn: -1, usedAgo: 2), Secret(keyId: Other)),
            "replace-secret low", "expired-credential low"
        },
        { "ended yesterday, not used before", With(Secret(endsIn: -1, usedAgo: 60)), "expired-credential low" },
        { "ended a year ago, used until then", With(Secret(endsIn: -365, usedAgo: 366, madeAgo: 700)), "expired-credential low" },
        { "made 91 days ago and never used", With(Secret(usedAgo: null, madeAgo: 91)), "unused-credential low" },
        { "made 89 days ago and never used", With(Secret(usedAgo: null, madeAgo: 89)) },
        { "made a year ago, used 91 days ago", With(Secret(usedAgo: 91, madeAgo: 250)), "unused-credential low" },
        {
            "made 91 days ago, use not known", With(Secret(usedAgo: null, madeAgo: 91) with { IsUseKnown = false }), "replace-secret low"
        },
        {
            "a signing key of last year that nobody used",
            With(Secret(usedAgo: null, madeAgo: 300) with { Kind = CredentialKind.SigningKey })
        },
        {
            "an unused secret of an identity that reaches far",
            With(Secret(usedAgo: null, madeAgo: 91)) with { AppRoles = [AppRole("Mail.Read")] },
            "wide-power medium", "unused-credential medium"
        },
        { "lives for two years", With(Secret(endsIn: 700)), "long-lived-credential low", "replace-secret low" },
        { "lives for a leap year", With(Secret(endsIn: 336)), "replace-secret low" },
        { "a certificate for two years", With(Certificate(endsIn: 700)) },
        { "a certificate for three years", With(Certificate(endsIn: 1000)), "long-lived-credential low" },
        {
            "a secret on the service principal", With(Secret() with { IsOnApplication = false }), "credential-on-service-principal medium",
            "replace-secret low"
        },
        {
            "a secret on the service principal of another tenant's application",
            With(Secret() with { IsOnApplication = false }) with { IsFromOtherTenant = true, HomeTenantId = "other" },
            "credential-on-service-principal high"
        },
        {
            "a signing key on the service principal", With(Secret() with { IsOnApplication = false, Kind = CredentialKind.SigningKey })
        },
        {
            "a secret beside a federation", With(Secret()) with { Federations = [Federation()] }, "replace-secret medium"
        },
        {
            "a certificate that Azure renews",
            ManagedIdentity() with { Credentials = [Certificate(endsIn: 3) with { IsOnApplication = false }] }
        },
        {
            "a secret of Microsoft's own application",
            With(Secret(endsIn: 1)) with { IsFromOtherTenant = true, HomeTenantId = "f8cdef31-a31e-4b4a-93e4-5f571e91255a" }
        },
    };

    public static TheoryData<string> Names => Situations.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void A_credential_is_judged_by_its_end_and_its_use(string situation) => Situations.Check(situation);

    [Fact]
    public void The_evidence_names_the_credential_its_end_and_its_use()
    {
        var finding = Findings(With(Secret(endsIn: 7)))[0];

        Assert.Equal(
            $"The secret 'ci' ({KeyId}) ends in 7 days, on 2026-12-03. It was used last 1 day ago.", finding.Evidence);
        Assert.Equal(Day(7), finding.Due);
        Assert.Equal($"breaks-next/c0000000-0000-4000-8000-000000000001/{KeyId}", finding.Id);
        Assert.Equal("az ad app credential reset --id c0000000-0000-4000-8000-000000000001 --append", finding.Command);
    }

    private static InventoriedIdentity With(params InventoriedCredential[] credentials) => Application() with { Credentials = credentials };

    private static InventoriedCredential Certificate(int endsIn) => Secret(endsIn) with { Kind = CredentialKind.Certificate };
}

using WorkloadIdentity.Governance;
using static WorkloadIdentity.Tests.SampleTenant;

namespace WorkloadIdentity.Tests;

public sealed class RiskRulesTests
{
    private static readonly Reviewed Situations = new()
    {
        { "no risk", Application() with { Risk = new IdentityRisk() } },
        {
            "a leaked secret", Leaked(Leak()), "leaked-credential critical", "replace-secret low"
        },
        { "a leak that was dismissed", Leaked(Leak(state: RiskState.Dismissed)), "replace-secret low" },
        {
            "a leaked secret that is removed",
            Application() with { Risk = new IdentityRisk { State = RiskState.AtRisk, Level = RiskLevel.High, Detections = [Leak()] } },
            "risky-identity low"
        },
        {
            "a leak without the id of a credential",
            Application() with { Risk = AtRisk(RiskLevel.High, new RiskDetection { RiskEventType = RiskEventType.LeakedCredentials }) },
            "risky-identity high"
        },
        { "suspicious sign-ins, high", Application() with { Risk = AtRisk(RiskLevel.High, Suspicious) }, "risky-identity high" },
        { "suspicious sign-ins, medium", Application() with { Risk = AtRisk(RiskLevel.Medium, Suspicious) }, "risky-identity medium" },
        { "suspicious sign-ins, low", Application() with { Risk = AtRisk(RiskLevel.Low, Suspicious) }, "risky-identity low" },
        { "a level that is hidden for want of a licence", Application() with { Risk = AtRisk(RiskLevel.Hidden) }, "risky-identity high" },
        {
            "a risk that was dismissed", Application() with { Risk = AtRisk(RiskLevel.High) with { State = RiskState.Dismissed } }
        },
        {
            "confirmed", Application() with { Risk = AtRisk(RiskLevel.Low) with { State = RiskState.ConfirmedCompromised } },
            "risky-identity critical"
        },
        {
            "a leaked secret of an identity that is confirmed",
            Leaked(Leak()) with { Risk = AtRisk(RiskLevel.High) with { State = RiskState.ConfirmedCompromised } },
            "leaked-credential critical", "risky-identity critical", "replace-secret low"
        },
        {
            "disabled by Microsoft", Application() with { DisabledByMicrosoft = "DisabledDueToViolationOfServicesAgreement" },
            "disabled-by-microsoft high"
        },
    };

    private static RiskDetection Suspicious => new() { RiskEventType = RiskEventType.SuspiciousSignIns };

    public static TheoryData<string> Names => Situations.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void A_risk_counts_by_its_state_and_level_and_by_what_became_of_the_credential(string situation) => Situations.Check(situation);

    [Fact]
    public void A_leak_names_the_exact_credential_and_the_command_removes_that_one()
    {
        var other = Secret(keyId: "6c1f0c3a-9c0f-4d0e-8a54-6f1f6f0d2b22");
        var finding = Findings(Leaked(Leak()) with { Credentials = [other, .. Leaked(Leak()).Credentials] })[0];

        Assert.Equal($"The secret 'ci' ({KeyId}) was found in public on 2026-11-25. It was used last 1 day ago.", finding.Evidence);
        Assert.Equal($"az ad app credential delete --id {Application().ClientId} --key-id {KeyId}", finding.Command);
    }

    private static InventoriedIdentity Leaked(RiskDetection leak) => Application() with
    {
        Credentials = [Secret() with { Detections = [leak] }],
        Risk = AtRisk(RiskLevel.High, leak) with { State = leak.RiskState!.Value },
    };

    private static IdentityRisk AtRisk(RiskLevel level, params RiskDetection[] detections) =>
        new() { State = RiskState.AtRisk, Level = level, Detections = detections };
}

using WorkloadIdentity.Governance;

namespace WorkloadIdentity.Tests;

public sealed class InventoriedCredentialTests
{
    [Theory]
    [InlineData("leakedCredentials", "atRisk", true)]
    [InlineData("leakedCredentials", "confirmedCompromised", true)]
    [InlineData("leakedCredentials", null, true)]
    [InlineData("leakedCredentials", "dismissed", false)]
    [InlineData("leakedCredentials", "remediated", false)]
    [InlineData("leakedCredentials", "confirmedSafe", false)]
    [InlineData("suspiciousSignins", "atRisk", false)]
    public void It_leaked_if_an_open_detection_says_so(string kind, string? state, bool expected)
    {
        var credential = new InventoriedCredential
        {
            KeyId = "k",
            Kind = CredentialKind.Secret,
            IsOnApplication = true,
            Detections =
            [
                new RiskDetection
                {
                    RiskEventType = new RiskEventType(kind),
                    RiskState = state is null ? null : new RiskState(state),
                },
            ],
        };

        Assert.Equal(expected, credential.IsLeaked);
    }
}

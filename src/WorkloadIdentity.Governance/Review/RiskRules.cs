namespace WorkloadIdentity.Governance;

/// <summary>What Identity Protection found, joined to the exact credential where a detection names one.</summary>
internal static class RiskRules
{
    public static IEnumerable<ReviewFinding> Of(ReviewFacts facts) => facts.Identities.SelectMany(identity => Of(facts, identity));

    private static IEnumerable<ReviewFinding> Of(ReviewFacts facts, InventoriedIdentity identity)
    {
        var leaked = identity.Credentials.Where(credential => credential.IsLeaked).ToList();
        foreach (var credential in leaked)
        {
            var found = credential.Detections.First(detection => detection.RiskEventType == RiskEventType.LeakedCredentials);
            yield return new ReviewFinding(
                ReviewRules.LeakedCredential, FindingSeverity.Critical, identity, credential,
                $"{Words.Capital(Words.Of(credential))} was found in public{Words.On(found.DetectedDateTime ?? found.ActivityDateTime)}. "
                    + $"{Words.Use(credential, facts.Now)}")
            {
                Command = Mend.RemoveCredential(identity, credential),
                Due = found.DetectedDateTime,
            };
        }

        if (identity.DisabledByMicrosoft is { Length: > 0 } reason)
        {
            yield return new ReviewFinding(
                ReviewRules.DisabledByMicrosoft, FindingSeverity.High, identity, part: null, $"Microsoft disabled it: {reason}.");
        }

        if (identity.Risk is { } risk && Finding(facts, identity, risk, isLeaked: leaked.Count > 0) is { } finding)
        {
            yield return finding;
        }
    }

    private static ReviewFinding? Finding(ReviewFacts facts, InventoriedIdentity identity, IdentityRisk risk, bool isLeaked)
    {
        var isCompromised = risk.State == RiskState.ConfirmedCompromised;
        if (!isCompromised && (isLeaked || risk.State != RiskState.AtRisk))
        {
            return null;
        }

        if (!isCompromised && IsMended(identity, risk))
        {
            return new ReviewFinding(
                ReviewRules.RiskyIdentity, FindingSeverity.Low, identity, part: null,
                "The credential that leaked is no longer on the identity. Dismiss the risk when what it could read is rotated.")
            {
                Command = Mend.DismissRisk(facts.Inventory.Endpoint, identity),
            };
        }

        var types = (risk.Detections ?? []).Select(detection => detection.RiskEventType?.ToString()).OfType<string>().Distinct().ToList();
        var why = types.Count > 0 ? $" Detected: {string.Join(", ", types)}." : " What was detected could not be read.";
        return new ReviewFinding(
            ReviewRules.RiskyIdentity, Severity(risk, isCompromised), identity, part: null,
            (isCompromised ? "An administrator confirmed that it is compromised." : $"It is at risk, of the level {risk.Level}.") + why)
        {
            Command = isCompromised && identity.IsEnabled != false ? Mend.Disable(identity) : null,
            Due = risk.UpdatedOn,
        };
    }

    /// <summary>Whether every detection is a leak of a credential that is gone.</summary>
    private static bool IsMended(InventoriedIdentity identity, IdentityRisk risk) =>
        risk.Detections is { Count: > 0 } detections
        && detections.All(detection =>
            detection.RiskEventType == RiskEventType.LeakedCredentials && detection.KeyIds is { Count: > 0 } ids
            && !identity.Credentials.Any(credential => ids.Contains(credential.KeyId, StringComparer.OrdinalIgnoreCase)));

    /// <summary>A level that is hidden for want of a licence may be any, so it counts as high.</summary>
    private static FindingSeverity Severity(IdentityRisk risk, bool isCompromised) =>
        isCompromised ? FindingSeverity.Critical
        : risk.Level == RiskLevel.High || risk.Level == RiskLevel.Hidden ? FindingSeverity.High
        : risk.Level == RiskLevel.Low ? FindingSeverity.Low : FindingSeverity.Medium;
}

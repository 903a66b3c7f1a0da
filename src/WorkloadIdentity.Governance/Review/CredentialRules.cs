namespace WorkloadIdentity.Governance;

/// <summary>
/// Secrets and certificates: which breaks production next, which can go, which should not be there. Azure keeps and renews the certificates
/// of managed identities, so these have none of it.
/// </summary>
internal static class CredentialRules
{
    private static readonly TimeSpan Urgent = TimeSpan.FromDays(7);

    public static IEnumerable<ReviewFinding> Of(ReviewFacts facts) => facts.Identities
        .Where(identity => identity.Kind != IdentityKind.ManagedIdentity)
        .SelectMany(identity => identity.Credentials
            .SelectMany(credential => Of(facts, identity, credential))
            .Concat(Replaceable(facts, identity)));

    private static IEnumerable<ReviewFinding> Of(ReviewFacts facts, InventoriedIdentity identity, InventoriedCredential credential)
    {
        if (End(facts, identity, credential) is { } end)
        {
            yield return end;
        }

        var isValid = credential.ExpiresOn is not { } expires || expires > facts.Now;
        if (isValid && IsUnused(facts, credential))
        {
            yield return new ReviewFinding(
                ReviewRules.UnusedCredential, ByPower(facts, identity), identity, credential,
                $"{Words.Capital(Words.Of(credential))} was made{Words.On(credential.StartsOn)}. {Words.Use(credential, facts.Now)}")
            {
                Command = Mend.RemoveCredential(identity, credential),
            };
        }

        if (isValid && LivesTooLong(facts, credential) is { } life)
        {
            yield return new ReviewFinding(
                ReviewRules.LongLived, ByPower(facts, identity), identity, credential,
                $"{Words.Capital(Words.Of(credential))} lives for {PlainText.Count((int)life.TotalDays, "day")}, until "
                    + $"{PlainText.Day(credential.ExpiresOn!.Value)}. {Words.Use(credential, facts.Now)}")
            {
                Command = Mend.AddCredential(identity, credential),
            };
        }

        if (isValid && !credential.IsOnApplication && IsLogin(credential) && identity.Kind == IdentityKind.Application)
        {
            var isForeign = identity.IsFromOtherTenant == true;
            yield return new ReviewFinding(
                ReviewRules.ForeignCredential, isForeign ? FindingSeverity.High : FindingSeverity.Medium, identity, credential,
                $"{Words.Capital(Words.Of(credential))} is on the service principal"
                    + $"{(isForeign ? " of an application that belongs to another tenant" : ", not on the application")}. "
                    + $"{Words.Use(credential, facts.Now)}")
            {
                Command = Mend.RemoveCredential(identity, credential),
            };
        }
    }

    /// <summary>What the end of a credential means: an outage soon, an outage now, or rubbish.</summary>
    private static ReviewFinding? End(ReviewFacts facts, InventoriedIdentity identity, InventoriedCredential credential)
    {
        if (credential.ExpiresOn is not { } end)
        {
            return null;
        }

        var what = Words.Capital(Words.Of(credential));
        var use = Words.Use(credential, facts.Now);
        if (end <= facts.Now)
        {
            var isBroken = end > facts.Now - facts.Options.Lately && credential.LastUsedOn >= end - facts.Options.Lately
                && !HasSuccessor(facts, identity, credential);
            return isBroken
                ? new ReviewFinding(
                    ReviewRules.BreaksNext, FindingSeverity.Critical, identity, credential,
                    $"{what} ended {PlainText.FromNow(end, facts.Now)}. {use} What used it is broken now.")
                {
                    Command = Mend.AddCredential(identity, credential),
                    Due = end,
                }
                : new ReviewFinding(
                    ReviewRules.Expired, FindingSeverity.Low, identity, credential,
                    $"{what} ended {PlainText.FromNow(end, facts.Now)}.")
                {
                    Command = Mend.RemoveCredential(identity, credential),
                    Due = end,
                };
        }

        if (end > facts.Now + facts.Options.Soon)
        {
            return null;
        }

        var ends = $"{what} ends {PlainText.FromNow(end, facts.Now)}, on {PlainText.Day(end)}.";
        if (facts.IsUsedLately(credential))
        {
            var isReplaced = HasSuccessor(facts, identity, credential);
            return new ReviewFinding(
                ReviewRules.BreaksNext,
                isReplaced ? FindingSeverity.Medium : end <= facts.Now + Urgent ? FindingSeverity.Critical : FindingSeverity.High,
                identity, credential,
                $"{ends} {use}{(isReplaced ? " A newer credential is used too: see that nothing still uses this one." : "")}")
            {
                Command = isReplaced ? null : Mend.AddCredential(identity, credential),
                Due = end,
            };
        }

        return credential.IsUseKnown
            ? null
            : new ReviewFinding(ReviewRules.EndsSoon, FindingSeverity.Medium, identity, credential, $"{ends} {use}")
            {
                Command = Mend.AddCredential(identity, credential),
                Due = end,
            };
    }

    /// <summary>Whether another credential of the identity is used lately and lives longer: the workload is moving, or has moved.</summary>
    private static bool HasSuccessor(ReviewFacts facts, InventoriedIdentity identity, InventoriedCredential credential) =>
        identity.Credentials.Any(other =>
            other != credential && IsLogin(other) == IsLogin(credential) && facts.IsUsedLately(other)
            && (other.ExpiresOn ?? DateTimeOffset.MaxValue) > facts.Now + facts.Options.Soon);

    private static bool IsUnused(ReviewFacts facts, InventoriedCredential credential) =>
        IsLogin(credential) && credential.IsUseKnown && facts.IsOld(credential.StartsOn)
        && (credential.LastUsedOn is not { } used || facts.IsOld(used));

    private static TimeSpan? LivesTooLong(ReviewFacts facts, InventoriedCredential credential)
    {
        var longest = credential.Kind == CredentialKind.Secret ? facts.Options.LongestSecret : facts.Options.LongestSecret * 2;
        return IsLogin(credential) && credential.ExpiresOn - credential.StartsOn is { } life && life > longest ? life : null;
    }

    /// <summary>One finding for all secrets of an identity, because one federation or managed identity replaces them all.</summary>
    private static IEnumerable<ReviewFinding> Replaceable(ReviewFacts facts, InventoriedIdentity identity)
    {
        List<InventoriedCredential> secrets =
        [
            .. identity.Credentials.Where(credential =>
                credential.Kind == CredentialKind.Secret && !(credential.ExpiresOn <= facts.Now)
                && (facts.IsUsedLately(credential) || !credential.IsUseKnown)),
        ];
        if (secrets.Count == 0 || identity.IsFromOtherTenant == true)
        {
            yield break;
        }

        var isFederated = identity.Federations is { Count: > 0 };
        yield return new ReviewFinding(
            ReviewRules.Federate, isFederated ? FindingSeverity.Medium : FindingSeverity.Low, identity, part: null,
            isFederated
                ? $"It has {PlainText.Count(identity.Federations!.Count, "federated credential")} and still "
                    + $"{PlainText.Count(secrets.Count, "secret")}. What uses a secret can use the federation."
                : $"It has {PlainText.Count(secrets.Count, "secret")} and no federation. On Azure a managed identity replaces them; in "
                    + "Kubernetes, GitHub, GitLab and other clouds a federated credential does.")
        {
            Command = isFederated ? Mend.RemoveCredential(identity, secrets[0]) : null,
        };
    }

    /// <summary>Whether it proves the identity to Entra. A signing key does not.</summary>
    private static bool IsLogin(InventoriedCredential credential) =>
        credential.Kind is CredentialKind.Secret or CredentialKind.Certificate;

    private static FindingSeverity ByPower(ReviewFacts facts, InventoriedIdentity identity) =>
        facts.PowerOf(identity) >= Power.Wide ? FindingSeverity.Medium : FindingSeverity.Low;
}

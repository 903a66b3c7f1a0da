namespace WorkloadIdentity;

/// <summary>
/// Assertions that no federated credential, or none for long, can match: issuers whose subject changes with every step or person, and
/// signatures Entra does not read. Known from the issuers' documentation as of November 2026; a row that is out of date costs a wrong
/// sentence, never a decision.
/// </summary>
internal static class KnownFederationProblems
{
    private static readonly IReadOnlyList<(string Issuer, Func<string, bool> Subject, string Warning)> Rows =
    [
        ("https://api.bitbucket.org/", _ => true,
            "Bitbucket writes the id of the step into the subject, which is another one at every run: no federated credential can match "
                + "it. Let an issuer in between exchange the token."),
        ("https://oidc.circleci.com/", subject => subject.Contains("/user/", StringComparison.Ordinal),
            "CircleCI writes the person who started the pipeline into the subject: each person needs a federated credential."),
        ("https://agent.buildkite.com", subject => subject.Contains(":commit:", StringComparison.Ordinal),
            "Buildkite writes the commit into the subject: a federated credential matches one commit alone. Ask for the token with "
                + "--subject-claim, so that the subject is one claim that stays."),
        ("https://oidc.fly.io/", _ => true,
            "Fly.io writes the machine into the subject: each machine needs a federated credential, also when it is replaced."),
    ];

    /// <summary>What stands in the way of a match whatever the federated credential says; empty when nothing is known.</summary>
    public static IEnumerable<string> Of(UnverifiedJwt assertion)
    {
        if (assertion.Algorithm is { } algorithm && algorithm != ClientAssertion.Rs256)
        {
            yield return "It is not signed with RS256, the one algorithm Entra takes from other issuers. Let the issuer sign with an RSA "
                + "key (SPIRE: jwt_key_type = \"rsa-2048\"; AWS: SigningAlgorithm=RS256).";
        }

        foreach (var (issuer, matches, warning) in Rows)
        {
            if (assertion is { Issuer: { } from, Subject: { } subject } && from.StartsWith(issuer, StringComparison.Ordinal)
                && matches(subject))
            {
                yield return warning;
            }
        }

        if (assertion.Audiences.Contains(IdentityBinding.Audience))
        {
            yield return $"It is addressed to the proxy of an AKS identity binding and was sent to Entra itself: set "
                + $"{nameof(ApplicationCredentialOptions)}.{nameof(ApplicationCredentialOptions.UseIdentityBinding)}.";
        }
    }
}

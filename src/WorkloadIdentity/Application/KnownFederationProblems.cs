namespace WorkloadIdentity;

/// <summary>
/// Assertions that no federated credential can match, or not for long: the subject changes with every step or person, or Entra does not
/// support the signature. Taken from the issuers' documentation as of November 2026. An outdated row causes a wrong hint, never a wrong
/// decision.
/// </summary>
internal static class KnownFederationProblems
{
    private static readonly IReadOnlyList<(string Issuer, Func<string, bool> Subject, string Warning)> Rows =
    [
        ("https://api.bitbucket.org/", _ => true,
            "Bitbucket writes the id of the step into the subject. The id changes at every run, so no federated credential can match it. "
                + "Use another issuer that exchanges Bitbucket's token for its own."),
        ("https://oidc.circleci.com/", subject => subject.Contains("/user/", StringComparison.Ordinal),
            "CircleCI writes the person who started the pipeline into the subject. Each person needs a federated credential."),
        ("https://agent.buildkite.com", subject => subject.Contains(":commit:", StringComparison.Ordinal),
            "Buildkite writes the commit into the subject, so a federated credential matches only one commit. Ask for the token with "
                + "--subject-claim, so that the subject is one claim that stays."),
        ("https://oidc.fly.io/", _ => true,
            "Fly.io writes the machine into the subject. Each machine needs a federated credential, and a new one when it is replaced."),
    ];

    /// <summary>The known reasons why an assertion cannot match any federated credential; empty when none is known.</summary>
    public static IEnumerable<string> Of(UnverifiedJwt assertion)
    {
        if (assertion.Algorithm is { } algorithm && algorithm != ClientAssertion.Rs256)
        {
            yield return "The assertion is not signed with RS256, the only algorithm that Entra accepts from other issuers. Configure the "
                + "issuer to sign with an RSA key (SPIRE: jwt_key_type = \"rsa-2048\"; AWS: SigningAlgorithm=RS256).";
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
            yield return $"The assertion is addressed to the proxy of an AKS identity binding and was sent to Entra itself. Set "
                + $"{nameof(ApplicationCredentialOptions)}.{nameof(ApplicationCredentialOptions.UseIdentityBinding)}.";
        }
    }
}

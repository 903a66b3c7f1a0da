using System.Text.Json.Nodes;

namespace WorkloadIdentity.Tool;

/// <summary>
/// Every link of the chain with what it looked for and found, and the federated credential that accepts what it showed to Entra.
/// </summary>
internal static class CredentialExamination
{
    public static CredentialFinding Of(CredentialReport report, Redaction redaction, bool isMember = false) => new()
    {
        Name = report.Credential,
        Verdict = report.Verdict.ToString().ToLowerInvariant(),
        Answers = isMember && report.IsAnswer,
        LooksFor = redaction.TextOrNull(report.LooksFor),
        Found = redaction.Lines(Found(report)),
        Kind = report.Error?.Kind.ToString(),
        Codes = report.Error is { EntraErrorCodes: { Count: > 0 } codes } ? codes : null,
        CorrelationId = report.Error?.CorrelationId,
        Help = report.Error?.Help,
        ExpiresOn = report.ExpiresOn,
        Milliseconds = (long)report.Duration.TotalMilliseconds,
        Assertion = report.Assertion is { } assertion ? Of(assertion, report.Error, redaction) : null,
        Members = report.Members.Count == 0 ? null : [.. report.Members.Select(member => Of(member, redaction, isMember: true))],
    };

    /// <summary>What the assertion says and what to do about a refusal have places of their own in the report.</summary>
    private static string Found(CredentialReport report) =>
        report.Error?.Refusal is not { } refusal ? report.Found
        : EntraError.Find(report.Error.EntraErrorCodes) is { } known ? $"{refusal} {known.Meaning}"
        : refusal;

    private static AssertionFinding Of(UnverifiedJwt assertion, TokenError? error, Redaction redaction) => new(
        redaction.TextOrNull(assertion.Issuer),
        redaction.TextOrNull(assertion.Subject),
        [.. assertion.Audiences.Take(4).Select(redaction.Text)],
        redaction.TextOrNull(assertion.Algorithm),
        assertion.NotBefore,
        assertion.ExpiresOn,
        [.. KnownFederationProblems.Of(assertion).Select(redaction.Text)])
    {
        FederatedCredential = FederatedCredentialAdvice.Recipe(assertion, new TokenRequestForm()) is { } recipe
            && IsMissing(error) && IsShown(assertion, redaction) ? Of(recipe, error?.ClientId) : null,
    };

    /// <summary>An assertion that was refused for its time or its signature may well have its federated credential.</summary>
    private static bool IsMissing(TokenError? error) =>
        error?.Category is null or TokenErrorCategory.FederationMismatch or TokenErrorCategory.FederationConfig;

    /// <summary>A recipe with something hidden in it would be one that does not work.</summary>
    private static bool IsShown(UnverifiedJwt assertion, Redaction redaction) =>
        Array.TrueForAll([assertion.Issuer!, assertion.Subject!, assertion.Audiences[0]], value => redaction.Text(value) == value);

    private static FederatedCredentialFinding Of(FederatedCredentialRecipe recipe, string? clientId)
    {
        var client = clientId ?? "<client id>";
        return new FederatedCredentialFinding(
            JsonNode.Parse(recipe.Json)!,
            new FederatedCredentialText(
                recipe.AzForApplication(client), recipe.BicepForApplication(), recipe.TerraformForApplication(client)),
            new FederatedCredentialText(
                recipe.AzForManagedIdentity(), recipe.BicepForManagedIdentity(), recipe.TerraformForManagedIdentity()));
    }
}

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
        Found = redaction.Lines(WithoutRecipe(report.Found)),
        Kind = report.Error?.Kind.ToString(),
        Codes = report.Error is { EntraErrorCodes: { Count: > 0 } codes } ? codes : null,
        CorrelationId = report.Error?.CorrelationId,
        Help = report.Error?.HelpLink,
        ExpiresOn = report.ExpiresOn,
        Milliseconds = (long)report.Duration.TotalMilliseconds,
        Assertion = report.Assertion is { } assertion ? Of(assertion, report.Error?.ClientId, redaction) : null,
        Members = report.Members.Count == 0 ? null : [.. report.Members.Select(member => Of(member, redaction, isMember: true))],
    };

    /// <summary>
    /// A message ends in the federated credential, as commands on one line. Here it has a place of its own, in more languages.
    /// </summary>
    public static string WithoutRecipe(string message) =>
        message.IndexOf(FederatedCredentialAdvice.Introduction, StringComparison.Ordinal) is >= 0 and var recipe
            ? message[..recipe].TrimEnd()
            : message;

    private static AssertionFinding Of(UnverifiedJwt assertion, string? clientId, Redaction redaction) => new(
        redaction.TextOrNull(assertion.Issuer),
        redaction.TextOrNull(assertion.Subject),
        [.. assertion.Audiences.Take(4).Select(redaction.Text)],
        redaction.TextOrNull(assertion.Algorithm),
        assertion.NotBefore,
        assertion.ExpiresOn,
        [.. KnownFederationProblems.Of(assertion).Select(redaction.Text)])
    {
        FederatedCredential = FederatedCredentialAdvice.Recipe(assertion, new TokenRequestForm()) is { } recipe
            && IsShown(assertion, redaction) ? Of(recipe, clientId) : null,
    };

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

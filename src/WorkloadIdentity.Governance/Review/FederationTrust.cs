using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace WorkloadIdentity.Governance;

/// <summary>Whether a federated credential trusts more than one workload, or an issuer that may be someone else's.</summary>
internal static partial class FederationTrust
{
    private const string GitHub = "token.actions.githubusercontent.com";

    /// <summary>Issuers that many people know, by the end of their host. Whoever they name, they do not lie about it.</summary>
    private static readonly ImmutableArray<string> Known =
    [
        GitHub, "vstoken.dev.azure.com", "gitlab.com", "app.terraform.io", "accounts.google.com", "container.googleapis.com",
        "oic.prod-aks.azure.com", "oic.aks.azure.us", "oidc.prod-aks.azure.cn", "amazonaws.com", "agent.buildkite.com", "oidc.circleci.com",
        "api.bitbucket.org",
    ];

    /// <summary>What is wrong with a federated credential in this tenant, the worst first; null if nothing is.</summary>
    public static (FindingSeverity Severity, string Words)? Problem(FederatedCredential federation, string tenant)
    {
        var shown = PlainText.Of(federation.Issuer);
        if (!Uri.TryCreate(federation.Issuer, UriKind.Absolute, out var issuer) || issuer.Scheme != Uri.UriSchemeHttps)
        {
            return (FindingSeverity.High, $"trusts the issuer '{shown}', which is no https address: nobody proves whose keys those are.");
        }

        if (EntraCloud.IsKnown(issuer))
        {
            return issuer.AbsolutePath.Contains(tenant, StringComparison.OrdinalIgnoreCase)
                ? null
                : (FindingSeverity.High, $"trusts another tenant ({shown}): its administrators can act as this identity.");
        }

        return Wildcard(federation) ?? Subject(federation, issuer) ?? (IsOneOf(issuer.Host, Known)
            ? null
            : (FindingSeverity.Low, $"trusts the issuer {shown}. Whoever has its keys can act as this identity: is it yours?"));
    }

    /// <summary>Whom it trusts, for people.</summary>
    public static string Name(FederatedCredential federation) =>
        $"'{PlainText.Of(federation.Subject ?? federation.ClaimsMatchingExpression?.Value)}' of {PlainText.Of(federation.Issuer)}";

    /// <summary>How much of a subject a matching expression leaves open.</summary>
    private static (FindingSeverity Severity, string Words)? Wildcard(FederatedCredential federation)
    {
        if (federation.ClaimsMatchingExpression?.Value is not { Length: > 0 } expression)
        {
            return null;
        }

        var shown = PlainText.Of(expression);
        if (SubjectPattern().Match(expression) is not { Success: true } match)
        {
            return expression.Contains("claims['sub']", StringComparison.Ordinal)
                ? null
                : (FindingSeverity.High, $"matches by '{shown}', which does not look at the subject.");
        }

        var pattern = match.Groups["pattern"].Value;
        var fixedPart = pattern.IndexOfAny(['*', '?']) is >= 0 and var star ? pattern[..star] : pattern;

        // repo:owner/name:… on GitHub, project_path:group/name:… on GitLab, organization:name:project:… at Terraform: the owner ends with
        // the first slash, or with the second colon.
        var owner = Owner().Match(fixedPart);
        return fixedPart.Length == pattern.Length ? null
            : !owner.Success
                ? (FindingSeverity.High, $"matches the subjects '{PlainText.Of(pattern)}': every user of that issuer can have one.")
            : !owner.Groups["rest"].Value.Contains(':', StringComparison.Ordinal)
                ? (FindingSeverity.Medium, $"matches the subjects '{PlainText.Of(pattern)}': every project of that owner can act as it.")
            : (FindingSeverity.Medium, $"matches the subjects '{PlainText.Of(pattern)}': every branch, tag or pull request can act as it.");
    }

    private static (FindingSeverity Severity, string Words)? Subject(FederatedCredential federation, Uri issuer) =>
        IsOneOf(issuer.Host, [GitHub]) && federation.Subject?.EndsWith(":pull_request", StringComparison.Ordinal) == true
            ? (FindingSeverity.Medium, $"trusts '{PlainText.Of(federation.Subject)}': whoever may open a pull request can act as it.")
            : null;

    private static bool IsOneOf(string host, ImmutableArray<string> names) => names.Any(name =>
        host.Equals(name, StringComparison.OrdinalIgnoreCase) || host.EndsWith($".{name}", StringComparison.OrdinalIgnoreCase));

    [GeneratedRegex(@"claims\['sub'\]\s+matches\s+'(?<pattern>[^']*)'", RegexOptions.CultureInvariant)]
    private static partial Regex SubjectPattern();

    [GeneratedRegex(@"\A(?:(?:repo|project_path):[^/*?:]+/|organization:[^:*?]+:)(?<rest>.*)\z", RegexOptions.CultureInvariant)]
    private static partial Regex Owner();
}

using System.Globalization;
using System.Text.RegularExpressions;

namespace WorkloadIdentity.Developer;

/// <summary>
/// Reads why a tool gave no token. A tool answers in words alone, so words decide here, and only one thing: whether anybody is logged in.
/// Where it passes on a code of Entra's, somebody is, and Entra refused.
/// </summary>
internal static partial class ToolRefusal
{
    private const long NoConsent = 65001;
    private const long NoConsentBetweenFirstParties = 65002;

    public static (bool IsNotHere, TokenError Error) Read(DeveloperTool tool, ToolAnswer answer, string scope, string? tenantId)
    {
        var said = ToolText.WithoutColours(tool.ErrorText(answer));
        var words = UntrustedText.Plain(said);
        long[] codes =
            [.. AadstsCode().Matches(said).Take(16)
                .Select(match => long.Parse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture)).Distinct()];
        if (codes.Length > 0)
        {
            return (false, OfEntra(tool, codes, words, scope, tenantId));
        }

        if (IsSaid(tool.NotLoggedIn))
        {
            return (true,
                new TokenError(TokenErrorKind.NotConfigured, $"Nobody is logged in to {Inner(tool.Title)}. Run: {tool.Login(tenantId)}"));
        }

        if (IsSaid(tool.LoginNeeded))
        {
            return (false, new TokenError(
                TokenErrorKind.Refused,
                $"{tool.Title} needs a new login for '{scope}'. It said: {words} Run: {tool.Login(tenantId, scope)}")
            {
                Category = TokenErrorCategory.InteractionRequired,
                HelpAnchor = HelpAnchors.DeveloperLogin,
            });
        }

        return (false, new TokenError(
            TokenErrorKind.InvalidResponse,
            $"{tool.Title} ended with exit code {answer.ExitCode}. {(words is null
                ? "It gave no reason."
                : $"It said: {words}")} See what it does in a terminal: {tool.Command} {string.Join(
                    ' ', tool.Arguments(scope, tenantId))}"));

        bool IsSaid(IReadOnlyList<string> phrases) => phrases.Any(phrase => said.Contains(phrase, StringComparison.OrdinalIgnoreCase));
    }

    private static TokenError OfEntra(DeveloperTool tool, long[] codes, string? words, string scope, string? tenantId)
    {
        var category = EntraErrors.Find(codes)?.Category ?? TokenErrorCategory.None;
        return new TokenError(
            TokenErrorKind.Refused,
            $"Entra refused a token for '{scope}' to the login of {Inner(tool.Title)}. It said: {words} "
                + $"What to do: {Advice(tool, codes, scope, tenantId)}")
        {
            Category = category,
            EntraErrorCodes = codes,
            HelpAnchor = IsForThePerson(category) ? HelpAnchors.DeveloperLogin : null,
        };
    }

    /// <summary>
    /// Whether the person at the desk can solve it. For these categories the table's advice is meant for web APIs: to pass claims on to
    /// their callers.
    /// </summary>
    private static bool IsForThePerson(TokenErrorCategory category) => category
        is TokenErrorCategory.InteractionRequired or TokenErrorCategory.ConditionalAccess
        or TokenErrorCategory.Grant or TokenErrorCategory.OnBehalfOf or TokenErrorCategory.UserAuth;

    private static string Advice(DeveloperTool tool, long[] codes, string scope, string? tenantId) =>
        codes.Contains(NoConsent)
            ? $"The token would be yours, asked for by the tool's own application ({DeveloperTool.ClientId}), which the API does not "
                + "know. Let it in: in the API's app registration under "
                + "Expose an API, authorize that client id for a scope. Such a token never carries application roles; for an API that "
                + "demands roles use the application's own credential "
                + "(a secret from user secrets, for instance) or a user with the delegated scope"
        : codes.Contains(NoConsentBetweenFirstParties)
            ? $"This API of Microsoft's does not let the tool's application ({DeveloperTool.ClientId}) ask for such tokens, and no "
                + "consent of yours can change that. No tool login works here: "
                + "use the application's own credential (a secret from user secrets, for instance), with the application roles it was "
                + "granted"
        : EntraErrors.Find(codes) switch
        {
            null => $"Log in again: {tool.Login(tenantId, scope)}",
            { Category: TokenErrorCategory.ConditionalAccess } =>
                "A Conditional Access policy refused. Log in again from a device and a network that the policy allows: "
                    + tool.Login(tenantId, scope),
            { } known when IsForThePerson(known.Category) => $"Log in again: {tool.Login(tenantId, scope)}",
            { } known => $"{known.Remediation.TrimEnd('.')}. Or log in again: {tool.Login(tenantId, scope)}",
        };

    private static string Inner(string title) => string.Concat(title[..1].ToLowerInvariant(), title.AsSpan(1));

    [GeneratedRegex(@"AADSTS([0-9]{3,15})(?![0-9])", RegexOptions.CultureInvariant)]
    private static partial Regex AadstsCode();
}

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

    public static (bool IsNotHere, TokenError Error) Read(ToolQuestion question, ToolAnswer answer)
    {
        var tool = question.Tool;
        var said = ToolText.WithoutColours(tool.ErrorText(answer));
        var words = TokenError.Quote(said);
        long[] codes =
            [.. AadstsCode().Matches(said).Take(16)
                .Select(match => long.Parse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture)).Distinct()];
        if (codes.Length > 0)
        {
            return (false, OfEntra(question, codes, words));
        }

        if (IsSaid(tool.NotLoggedIn))
        {
            return (true, question.Error(
                TokenErrorKind.NotConfigured, $"Nobody is logged in to {Inner(tool.Title)}. Run: {tool.Login(question.TenantId)}"));
        }

        if (IsSaid(tool.LoginNeeded))
        {
            return (false, new TokenError(
                TokenErrorKind.Refused,
                $"{tool.Title} needs a new login for '{question.Scope}'. It said: {words} "
                    + $"Run: {question.LoginForScope}")
            {
                Category = TokenErrorCategory.InteractionRequired,
                Scope = question.Scope,
                TenantId = question.TenantId,
                HelpAnchor = ToolQuestion.HelpAnchor,
            });
        }

        return (false, question.Error(
            TokenErrorKind.InvalidResponse,
            $"{tool.Title} ended with exit code {answer.ExitCode}. {(words is null ? "It gave no reason." : $"It said: {words}")} "
                + $"See what it does in a terminal: {question.CommandLine}"));

        bool IsSaid(IReadOnlyList<string> phrases) => phrases.Any(phrase => said.Contains(phrase, StringComparison.OrdinalIgnoreCase));
    }

    private static TokenError OfEntra(ToolQuestion question, long[] codes, string? words)
    {
        var category = EntraError.Find(codes)?.Category ?? TokenErrorCategory.None;
        return new TokenError(
            TokenErrorKind.Refused,
            $"Entra refused a token for '{question.Scope}' to the login of {Inner(question.Tool.Title)}. It said: {words} "
                + $"What to do: {Advice(question, codes)}")
        {
            Category = category,
            EntraErrorCodes = codes,
            Scope = question.Scope,
            TenantId = question.TenantId,

            // Other refusals keep the section of their category.
            HelpAnchor = category == TokenErrorCategory.None || IsForThePerson(category) ? ToolQuestion.HelpAnchor : null,
        };
    }

    /// <summary>
    /// Whether the person at the desk can solve it. For these categories the table's advice is meant for web APIs: to pass claims on to
    /// their callers.
    /// </summary>
    private static bool IsForThePerson(TokenErrorCategory category) => category
        is TokenErrorCategory.InteractionRequired or TokenErrorCategory.ConditionalAccess
        or TokenErrorCategory.Grant or TokenErrorCategory.OnBehalfOf or TokenErrorCategory.UserAuth;

    private static string Advice(ToolQuestion question, long[] codes) =>
        codes.Contains(NoConsent)
            ? $"The token would be yours, asked for by the tool's own application ({DeveloperTool.ClientId}), which the API does not "
                + "know. Let it in: in the API's app registration under Expose an API, authorize that client id for a scope. Such a token "
                + "never carries application roles; for an API that demands roles use the application's own credential (a secret from "
                + "user secrets, for instance) or a user with the delegated scope"
        : codes.Contains(NoConsentBetweenFirstParties)
            ? $"This API of Microsoft's does not let the tool's application ({DeveloperTool.ClientId}) ask for such tokens, and no "
                + "consent of yours can change that. No tool login works here: use the application's own credential (a secret from user "
                + "secrets, for instance), with the application roles it was granted"
        : EntraError.Find(codes) switch
        {
            null => $"Log in again: {question.LoginForScope}",
            { Category: TokenErrorCategory.ConditionalAccess } =>
                "A Conditional Access policy refused. Log in again from a device and a network that the policy allows: "
                    + question.LoginForScope,
            { } known when IsForThePerson(known.Category) => $"Log in again: {question.LoginForScope}",
            { } known => $"{known.Check} {known.Fix} Or log in again: {question.LoginForScope}",
        };

    private static string Inner(string title) => string.Concat(title[..1].ToLowerInvariant(), title.AsSpan(1));

    [GeneratedRegex(@"AADSTS([0-9]{3,15})(?![0-9])", RegexOptions.CultureInvariant)]
    private static partial Regex AadstsCode();
}

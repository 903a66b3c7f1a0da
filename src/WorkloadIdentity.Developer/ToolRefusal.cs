using System.Globalization;
using System.Text.RegularExpressions;

namespace WorkloadIdentity.Developer;

/// <summary>
/// Reads why a tool returned no token. A tool answers in words alone, so words decide here whether anybody is logged in. If the text has a
/// code of Entra, somebody is logged in and Entra refused.
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
                TokenErrorKind.NotConfigured, $"Nobody is logged in to {tool.TitleWithin}. Run: {tool.Login(question.TenantId)}"));
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
                + $"Run it in a terminal: {question.CommandLine}"));

        bool IsSaid(IReadOnlyList<string> phrases) => phrases.Any(phrase => said.Contains(phrase, StringComparison.OrdinalIgnoreCase));
    }

    private static TokenError OfEntra(ToolQuestion question, long[] codes, string? words)
    {
        var category = EntraError.Find(codes)?.Category ?? TokenErrorCategory.None;
        return new TokenError(
            TokenErrorKind.Refused,
            $"Entra refused a token for '{question.Scope}' to the login of {question.Tool.TitleWithin}. It said: {words} "
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
    /// Whether the developer can solve it. The table's advice for these categories is for web APIs: to pass claims on to their callers.
    /// </summary>
    private static bool IsForThePerson(TokenErrorCategory category) => category
        is TokenErrorCategory.InteractionRequired or TokenErrorCategory.ConditionalAccess
        or TokenErrorCategory.Grant or TokenErrorCategory.OnBehalfOf or TokenErrorCategory.UserAuth;

    private static string Advice(ToolQuestion question, long[] codes) =>
        codes.Contains(NoConsent)
            ? $"The tool's own application ({DeveloperTool.ClientId}) asks for your token, and the API does not know that application. In "
                + "the API's app registration under Expose an API, authorize that client id for a scope. Such a token never has "
                + "application roles. For an API that requires roles use the application's own credential (for example a secret from user "
                + "secrets) or a user with the delegated scope"
        : codes.Contains(NoConsentBetweenFirstParties)
            ? $"This API of Microsoft does not allow the tool's application ({DeveloperTool.ClientId}) to ask for such tokens, and your "
                + "consent cannot change that. No tool login works here. Use the application's own credential (for example a secret from "
                + "user secrets) with application roles"
        : EntraError.Find(codes) switch
        {
            null => $"Log in again: {question.LoginForScope}",
            { Category: TokenErrorCategory.ConditionalAccess } =>
                "A Conditional Access policy refused. Log in again from a device and a network that the policy allows: "
                    + question.LoginForScope,
            { } known when IsForThePerson(known.Category) => $"Log in again: {question.LoginForScope}",
            { } known => $"{known.Check} {known.Fix} Or log in again: {question.LoginForScope}",
        };

    [GeneratedRegex(@"AADSTS([0-9]{3,15})(?![0-9])", RegexOptions.CultureInvariant)]
    private static partial Regex AadstsCode();
}

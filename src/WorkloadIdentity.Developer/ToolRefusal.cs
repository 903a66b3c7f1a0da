using System.Globalization;
using System.Text.RegularExpressions;

namespace WorkloadIdentity.Developer;

/// <summary>
/// Reads why a tool gave no token. A tool answers in words alone, so words decide here, and only one thing: whether anybody is logged in. Where it passes on a code of
/// Entra's, somebody is, and Entra refused.
/// </summary>
internal static partial class ToolRefusal
{
    private const long NoConsent = 65001;
    private const long NoConsentBetweenFirstParties = 65002;

    public static (bool IsNotHere, TokenError Error) Read(DeveloperTool tool, ToolAnswer answer, string scope, string? tenantId)
    {
        var said = tool.ErrorText(answer);
        var words = ServerWords.Plain(said);
        long[] codes = [.. AadstsCode().Matches(said).Take(16).Select(match => long.Parse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture)).Distinct()];
        if (codes.Length > 0)
        {
            return (false, new TokenError(
                TokenErrorKind.Refused, $"Entra refused a token for '{scope}' to the login of {Inner(tool.Title)}. It said: {words} What to do: {Advice(tool, codes, scope, tenantId)}")
            {
                Category = EntraErrors.Find(codes)?.Category ?? TokenErrorCategory.None,
                EntraErrorCodes = codes,
            });
        }

        if (tool.NotLoggedIn.Any(phrase => said.Contains(phrase, StringComparison.OrdinalIgnoreCase)))
        {
            return (true, new TokenError(TokenErrorKind.NotConfigured, $"Nobody is logged in to {Inner(tool.Title)}. Run: {tool.Login(tenantId)}"));
        }

        return (false, new TokenError(
            TokenErrorKind.InvalidResponse,
            $"{tool.Title} ended with exit code {answer.ExitCode}. {(words is null ? "It gave no reason." : $"It said: {words}")} See what it does in a terminal: {tool.Command} {string.Join(' ', tool.Arguments(scope, tenantId))}"));
    }

    private static string Advice(DeveloperTool tool, long[] codes, string scope, string? tenantId) =>
        codes.Contains(NoConsent)
            ? $"The token would be yours, asked for by the tool's own application ({DeveloperTool.ClientId}), which the API does not know. Let it in: in the API's app registration under "
                + "Expose an API, authorize that client id for a scope. Such a token never carries application roles; for an API that demands roles use the application's own credential "
                + "(a secret from user secrets, for instance) or a user with the delegated scope"
        : codes.Contains(NoConsentBetweenFirstParties)
            ? $"This API of Microsoft's does not let the tool's application ({DeveloperTool.ClientId}) ask for such tokens, and no consent of yours can change that. No tool login works here: "
                + "use the application's own credential (a secret from user secrets, for instance), with the application roles it was granted"
        : EntraErrors.Find(codes) is { } known ? $"{known.Remediation.TrimEnd('.')}. Or log in again: {tool.Login(tenantId, scope)}"
        : $"Log in again: {tool.Login(tenantId, scope)}";

    private static string Inner(string title) => string.Concat(title[..1].ToLowerInvariant(), title.AsSpan(1));

    [GeneratedRegex(@"AADSTS([0-9]{3,15})(?![0-9])", RegexOptions.CultureInvariant)]
    private static partial Regex AadstsCode();
}

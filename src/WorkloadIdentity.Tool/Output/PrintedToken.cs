using System.Text.RegularExpressions;

namespace WorkloadIdentity.Tool;

/// <summary>A token on its way out of the tool: into a shell, a header, a file of variables or the log of a build.</summary>
internal static partial class PrintedToken
{
    /// <summary>The value of a token that may be printed, after the build system was told to hide it.</summary>
    /// <exception cref="ToolException">It holds characters that whoever reads it would take for their own.</exception>
    public static async Task<string> RevealAsync(Surroundings surroundings, AccessToken token)
    {
        if (!BearerToken().IsMatch(token.Value))
        {
            throw new ToolException(
                ExitCodes.Failed,
                "The token holds characters that no Bearer token has (RFC 6750 section 2.1), and that a shell or a header would read as "
                + "its own. It is not printed.",
                "Ask whoever issues it. Without --raw the command shows where it came from.",
                ToolException.Help("wid-token"));
        }

        // GitHub Actions replaces what it was told of by *** in logs. It reads standard error as well: standard output belongs to whoever
        // asked.
        if (surroundings.Environment.Variable("GITHUB_ACTIONS") == "true")
        {
            await surroundings.Error.WriteLineAsync($"::add-mask::{token.Value}").ConfigureAwait(false);
            await surroundings.Error.FlushAsync().ConfigureAwait(false);
        }

        return token.Value;
    }

    /// <summary>RFC 6750's <c>b64token</c>, but for one that begins with <c>~</c>: a shell reads that as somebody's home folder.</summary>
    [GeneratedRegex(@"\A[A-Za-z0-9._+/-][A-Za-z0-9._~+/-]*=*\z")]
    private static partial Regex BearerToken();
}

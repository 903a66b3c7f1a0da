namespace WorkloadIdentity.Tool;

/// <summary>A token on its way out of the tool: into a shell, a header, a file of variables or the log of a build.</summary>
internal static class PrintedToken
{
    /// <summary>The value of a token that may be printed, after the build system was told to hide it.</summary>
    /// <exception cref="ToolException">It begins with a character that a shell reads as its own.</exception>
    public static async Task<string> RevealAsync(Surroundings surroundings, AccessToken token)
    {
        // AccessToken takes the characters of RFC 6750's b64token only. A shell gives a meaning to one of them, where it comes first.
        if (token.Value.StartsWith('~'))
        {
            throw new ToolException(
                ExitCodes.Failed,
                "The token begins with '~', which a shell reads as a home folder. It is not printed.",
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
}

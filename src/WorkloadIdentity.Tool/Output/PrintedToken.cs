namespace WorkloadIdentity.Tool;

/// <summary>A token on its way out of the tool: into a shell, a header, a file of variables or the log of a build.</summary>
internal static class PrintedToken
{
    /// <summary>The value of a token that may be printed, after the build system was told to hide it.</summary>
    /// <remarks>
    /// An <see cref="AccessToken"/> holds no other characters than a Bearer token has (RFC 6750 section 2.1). A shell reads one of them as
    /// its own: in <c>NAME=~root</c> it puts the home folder of root.
    /// </remarks>
    /// <exception cref="ToolException">A shell would read the value as something else.</exception>
    public static async Task<string> RevealAsync(Surroundings surroundings, AccessToken token)
    {
        if (token.Value.StartsWith('~'))
        {
            throw new ToolException(
                ExitCodes.Failed,
                "The token begins with '~', and a shell would put a home folder in its place. It is not printed.",
                "Ask whoever issues it. Without --raw the command shows where it came from.",
                ToolException.Reference("wid#wid-token"));
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

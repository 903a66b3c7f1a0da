namespace WorkloadIdentity.Tool;

/// <summary>A token that the tool prints: for a shell, a header, a file of variables or the log of a build.</summary>
internal static class PrintedToken
{
    /// <summary>The value of a token for output, after the build system was told to mask it.</summary>
    /// <remarks>
    /// An <see cref="AccessToken"/> contains only characters of a Bearer token (RFC 6750 section 2.1). A shell interprets one of them:
    /// in <c>NAME=~root</c> it inserts the home folder of root.
    /// </remarks>
    /// <exception cref="ToolException">A shell would change the value.</exception>
    public static async Task<string> RevealAsync(Surroundings surroundings, AccessToken token)
    {
        if (token.Value.StartsWith('~'))
        {
            throw new ToolException(
                ExitCodes.Failed,
                "The token begins with '~', which a shell would replace with a home folder. It is not printed.",
                "Report it to the issuer of the token. Without --raw the command shows where the token came from.",
                ToolException.Reference("wid#wid-token"));
        }

        await MaskAsync(surroundings, token.Value).ConfigureAwait(false);
        return token.Value;
    }

    /// <summary>Tells the build system to mask a secret, before it is printed.</summary>
    public static async Task MaskAsync(Surroundings surroundings, string secret)
    {
        // GitHub Actions replaces masked values with *** in logs. It reads this line on standard error too. Standard output is for the
        // caller.
        if (surroundings.Environment.Variable("GITHUB_ACTIONS") == "true")
        {
            await surroundings.Error.WriteLineAsync($"::add-mask::{secret}").ConfigureAwait(false);
            await surroundings.Error.FlushAsync().ConfigureAwait(false);
        }
    }
}

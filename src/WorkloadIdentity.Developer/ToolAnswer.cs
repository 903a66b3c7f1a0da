namespace WorkloadIdentity.Developer;

/// <summary>The output of a tool that has ended; or why there is none.</summary>
/// <param name="ExitCode">0 if the tool succeeded.</param>
/// <param name="Output">The standard output. It holds the token, so it never enters a message.</param>
/// <param name="ErrorOutput">The beginning of the error output.</param>
/// <param name="Problem">Why there is no output; null if there is.</param>
internal sealed record ToolAnswer(int ExitCode, string Output, string ErrorOutput, TokenError? Problem = null)
{
    public static ToolAnswer None(TokenError problem) => new(-1, "", "", problem);

    /// <summary>Never the output.</summary>
    public override string ToString() => $"exit code {ExitCode}";
}

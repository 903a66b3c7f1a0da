namespace WorkloadIdentity.Developer;

/// <summary>What a tool wrote until it ended; or why there is no answer.</summary>
/// <param name="ExitCode">0 when the tool says that all went well.</param>
/// <param name="Output">Holds the token when all went well: it never enters a message.</param>
/// <param name="ErrorOutput">The beginning of what it wrote for people.</param>
/// <param name="Problem">Why there is no answer; null when there is one.</param>
internal sealed record ToolAnswer(int ExitCode, string Output, string ErrorOutput, TokenError? Problem = null)
{
    public static ToolAnswer None(TokenError problem) => new(-1, "", "", problem);

    /// <summary>Never the output.</summary>
    public override string ToString() => $"exit code {ExitCode}";
}

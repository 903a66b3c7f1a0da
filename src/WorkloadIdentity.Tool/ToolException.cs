namespace WorkloadIdentity.Tool;

/// <summary>Why a command ends: one line that says what is wrong, one that says what to do, and the page that says more.</summary>
internal sealed class ToolException(int exitCode, string message, string advice, Uri help) : Exception(message)
{
    public ToolException(string message, string advice)
        : this(ExitCodes.Usage, message, advice, Help())
    {
    }

    public int ExitCode { get; } = exitCode;

    public string Advice { get; } = advice;

    public Uri Page { get; } = help;

    /// <summary>A part of this tool's page.</summary>
    public static Uri Help(string? anchor = null) => new($"{BuildFacts.HelpBaseAddress}wid.md{(anchor is null ? "" : $"#{anchor}")}");
}

namespace WorkloadIdentity.Tool;

/// <summary>Why a command ends: one line that says what is wrong, one that says what to do, and the page that says more.</summary>
/// <param name="help">What <c>wid explain</c> takes, or a whole reference.</param>
internal sealed class ToolException(int exitCode, string message, string advice, string help) : Exception(message)
{
    /// <summary>Wrong arguments.</summary>
    public ToolException(string message, string advice, string topic = "wid")
        : this(ExitCodes.Usage, message, advice, Reference(topic))
    {
    }

    public int ExitCode { get; } = exitCode;

    public string Advice { get; } = advice;

    /// <summary>The command that shows the page, with the page's address where there is one.</summary>
    public string Help { get; } = help;

    /// <summary>A page, or a part of one: <c>wid#exit-codes</c>.</summary>
    public static string Reference(string topic)
    {
        var parts = topic.Split('#');
        return HelpPage.Reference(topic, HelpPage.Address($"{parts[0]}.md", parts.Length > 1 ? parts[1] : null));
    }
}

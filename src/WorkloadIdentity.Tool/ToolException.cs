namespace WorkloadIdentity.Tool;

/// <summary>Ends a command with what is wrong, what to do, and the page that says more.</summary>
/// <param name="help">An argument of <c>wid explain</c>, or a whole reference.</param>
internal sealed class ToolException(int exitCode, string message, string advice, string help) : Exception(message)
{
    /// <summary>For invalid arguments.</summary>
    public ToolException(string message, string advice, string topic = "wid")
        : this(ExitCodes.Usage, message, advice, Reference(topic))
    {
    }

    public int ExitCode { get; } = exitCode;

    public string Advice { get; } = advice;

    /// <summary>The command that shows the page, with the page's URL if it has one.</summary>
    public string Help { get; } = help;

    /// <summary>A page or a section of one: <c>wid#exit-codes</c>.</summary>
    public static string Reference(string topic)
    {
        var parts = topic.Split('#');
        return HelpPage.Reference(topic, HelpPage.Address($"{parts[0]}.md", parts.Length > 1 ? parts[1] : null));
    }
}

namespace WorkloadIdentity.Tests;

/// <summary>A test whose tools are shell scripts.</summary>
internal sealed class ToolFactAttribute : FactAttribute
{
    public ToolFactAttribute() => Skip = ToolTheoryAttribute.Reason;
}

/// <summary>A test whose tools are shell scripts, over several situations.</summary>
internal sealed class ToolTheoryAttribute : TheoryAttribute
{
    public ToolTheoryAttribute() => Skip = Reason;

    public static string? Reason => OperatingSystem.IsWindows() ? "The fake tools are shell scripts." : null;
}

/// <summary>One at a time: a script that is being written while another test forks cannot be started ("text file busy").</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Tools
{
    public const string Name = "Tools";
}

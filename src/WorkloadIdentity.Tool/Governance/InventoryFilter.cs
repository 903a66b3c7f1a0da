using System.CommandLine;

namespace WorkloadIdentity.Tool;

/// <summary>Which identities of an inventory are shown.</summary>
internal sealed class InventoryFilter
{
    private readonly Option<string?> _kind = new("--kind")
    {
        Description = "Only identities of this kind.",
        HelpName = "application|managed-identity|agent|other",
    };

    private readonly Option<string?> _owner = new("--owner")
    {
        Description = "Only identities of an owner whose name, sign-in name or id contains this; 'nobody' for those without one.",
        HelpName = "name",
    };

    private readonly Option<string?> _attribute = new("--attribute")
    {
        Description = "Only identities with this custom security attribute.",
        HelpName = "Set_Name=value",
    };

    public void AddTo(Command command)
    {
        _kind.AcceptOnlyFromAmong("application", "managed-identity", "agent", "other");
        command.Options.Add(_kind);
        command.Options.Add(_owner);
        command.Options.Add(_attribute);
    }

    /// <exception cref="ToolException">A value is malformed.</exception>
    public ChosenIdentities Read(ParseResult parsed)
    {
        var (name, value) = parsed.GetValue(_attribute)?.Split('=', 2) switch
        {
            null => (null, null),
            [{ Length: > 0 } only] => (only, null),
            [{ Length: > 0 } first, var second] => (first, second),
            _ => throw new ToolException("--attribute names no attribute.", "Write Set_Name=value, such as Finance_CostCentre=4711."),
        };
        return new ChosenIdentities(parsed.GetValue(_kind), parsed.GetValue(_owner), name, value);
    }
}

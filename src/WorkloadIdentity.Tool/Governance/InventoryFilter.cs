using System.CommandLine;
using WorkloadIdentity.Governance;

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

    public Func<InventoriedIdentity, bool> Read(ParseResult parsed)
    {
        var (kind, owner, attribute) = (parsed.GetValue(_kind), parsed.GetValue(_owner), parsed.GetValue(_attribute));
        var (name, value) = attribute?.Split('=', 2) switch
        {
            null => (null, null),
            [{ Length: > 0 } only] => (only, null),
            [{ Length: > 0 } first, var second] => (first, second),
            _ => throw new ToolException("--attribute names no attribute.", "Write Set_Name=value, such as Finance_CostCentre=4711."),
        };
        return identity =>
            (kind is null || Kind(identity) == kind) && (owner is null || IsOwnedBy(identity, owner))
            && (name is null || Has(identity, name, value));
    }

    private static string Kind(InventoriedIdentity identity) => identity.Kind switch
    {
        IdentityKind.Application => "application",
        IdentityKind.ManagedIdentity => "managed-identity",
        IdentityKind.AgentIdentity or IdentityKind.AgentBlueprint => "agent",
        _ => "other",
    };

    private static bool IsOwnedBy(InventoriedIdentity identity, string text) => text == "nobody"
        ? identity.Owners is { Count: 0 }
        : identity.Owners?.Any(owner => Contains(owner.DisplayName, text) || Contains(owner.UserPrincipalName, text)
            || Contains(owner.Id, text)) == true;

    private static bool Has(InventoriedIdentity identity, string name, string? value) =>
        identity.CustomSecurityAttributes?.All.TryGetValue(name, out var values) == true
        && (value is null || values.Contains(value, StringComparer.Ordinal));

    private static bool Contains(string? value, string text) => value?.Contains(text, StringComparison.OrdinalIgnoreCase) == true;
}

using WorkloadIdentity.Governance;

namespace WorkloadIdentity.Tool;

/// <summary>The identities that the options of <c>wid inventory</c> choose. Null chooses all.</summary>
/// <param name="Kind">The kind, as the option has it.</param>
/// <param name="Owner">A part of an owner's name, or "nobody".</param>
/// <param name="Attribute">A custom security attribute: set and name, with _ between them.</param>
/// <param name="Value">The value of the attribute.</param>
internal sealed record ChosenIdentities(string? Kind, string? Owner, string? Attribute, string? Value)
{
    private const string Nobody = "nobody";

    public bool Takes(InventoriedIdentity identity) =>
        (Kind is null || KindOf(identity) == Kind) && (Owner is null || IsOwned(identity))
        && (Attribute is null || (ValuesOf(identity) is { } values && (Value is null || values.Contains(Value, StringComparer.Ordinal))));

    /// <summary>Why it takes none of an inventory: a name that is nowhere in the tenant is probably misspelt.</summary>
    public string WhyNone(TenantInventory inventory)
    {
        var attributes = inventory.Identities.SelectMany(identity => identity.CustomSecurityAttributes?.All.Keys ?? [])
            .Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase).ToList();
        return inventory.Section(InventorySectionName.CustomSecurityAttributes) is { State: SectionState.Missing } && Attribute is not null
                ? "Custom security attributes were not read, so --attribute chooses no identity."
            : Attribute is not null && attributes.Count == 0 ? "No identity of the tenant has a custom security attribute."
            : Attribute is not null && !attributes.Contains(Attribute, StringComparer.OrdinalIgnoreCase)
                ? $"No identity of the tenant has the custom security attribute '{PlainText.Of(Attribute)}'. There is "
                    + $"{PlainText.Of(string.Join(", ", attributes))}."
            : "No identity of the tenant is chosen by these options.";
    }

    private static string KindOf(InventoriedIdentity identity) => identity.Kind switch
    {
        IdentityKind.Application => "application",
        IdentityKind.ManagedIdentity => "managed-identity",
        IdentityKind.AgentIdentity or IdentityKind.AgentBlueprint => "agent",
        _ => "other",
    };

    private bool IsOwned(InventoriedIdentity identity) => Owner == Nobody
        ? identity.Owners is { Count: 0 }
        : identity.Owners?.Any(owner => HasOwner(owner.DisplayName) || HasOwner(owner.UserPrincipalName) || HasOwner(owner.Id)) == true;

    private bool HasOwner(string? value) => value?.Contains(Owner!, StringComparison.OrdinalIgnoreCase) == true;

    private IReadOnlyList<string>? ValuesOf(InventoriedIdentity identity) =>
        identity.CustomSecurityAttributes?.All.FirstOrDefault(
            attribute => attribute.Key.Equals(Attribute, StringComparison.OrdinalIgnoreCase)).Value;
}

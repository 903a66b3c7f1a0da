using System.Collections.Immutable;

namespace WorkloadIdentity.Governance;

/// <summary>A permission or role that an identity holds, with what it reaches.</summary>
internal sealed record HeldPower(Reach Reach, HeldAppRole? Permission, HeldDirectoryRole? Role)
{
    /// <summary>Its name in words.</summary>
    public string Name => Permission is { } permission
        ? $"{permission.Value ?? "a permission that is gone"} of {permission.ResourceName ?? permission.ResourceId.ToString()}"
        : $"the directory role {Role!.Name ?? Role.RoleId}{(Role.IsEligible ? " (to activate)" : "")}";
}

/// <summary>What several rules ask of an inventory.</summary>
internal sealed class ReviewFacts(TenantInventory inventory, DateTimeOffset now, ReviewOptions options)
{
    /// <summary>The tenants where Microsoft registers its own applications. Nobody else can mend those.</summary>
    private static readonly ImmutableArray<string> MicrosoftTenants =
        ["f8cdef31-a31e-4b4a-93e4-5f571e91255a", "72f988bf-86f1-41af-91ab-2d7cd011db47"];

    // Filled once, so that a review can be read by several threads.
    private readonly Dictionary<InventoriedIdentity, Power> _powers = Powers(inventory);

    public TenantInventory Inventory => inventory;

    public DateTimeOffset Now => now;

    public ReviewOptions Options => options;

    /// <summary>The identities that this tenant can mend: all but Microsoft's own.</summary>
    public IEnumerable<InventoriedIdentity> Identities => inventory.Identities.Where(identity => !IsMicrosofts(identity));

    public bool IsRead(InventorySectionName section) => inventory.Section(section).State != SectionState.Missing;

    public bool IsUsedLately(InventoriedCredential credential) => credential.LastUsedOn >= now - options.Lately;

    /// <summary>Whether something is so old that its use would show.</summary>
    public bool IsOld(DateTimeOffset? created) => created < now - options.Unused;

    public Power PowerOf(InventoriedIdentity identity) => _powers.TryGetValue(identity, out var power) ? power : Greatest(identity);

    /// <summary>What an identity holds, the greatest power first.</summary>
    public static IEnumerable<HeldPower> PowersOf(InventoriedIdentity identity) =>
        (identity.AppRoles ?? []).Select(permission => new HeldPower(ReachOf(permission), permission, null))
            .Concat((identity.DirectoryRoles ?? []).Select(role => new HeldPower(ReachOf(role), null, role)))
            .OrderByDescending(held => held.Reach.Power);

    /// <summary>The directory role by which an identity reaches farthest; null if none reaches far.</summary>
    public static HeldPower? PrivilegedRoleOf(InventoriedIdentity identity) =>
        (identity.DirectoryRoles ?? []).Select(role => new HeldPower(ReachOf(role), null, role))
            .Where(held => held.Reach.Power >= Power.Wide).MaxBy(held => held.Reach.Power);

    public static bool IsMicrosofts(InventoriedIdentity identity) =>
        identity.HomeTenantId is { } home && MicrosoftTenants.Contains(home, StringComparer.OrdinalIgnoreCase)
        && identity.IsFromOtherTenant != false;

    /// <summary>
    /// Whether Conditional Access and continuous access evaluation can take it: an application of this tenant, for this tenant only. Null
    /// if that is not known.
    /// </summary>
    public static bool? CanBeCovered(InventoriedIdentity identity) =>
        identity.Kind != IdentityKind.Application || identity.IsFromOtherTenant == true ? false
        : identity.SignInAudience is null || identity.IsFromOtherTenant is null ? null
        : identity.SignInAudience == SignInAudience.MyOrganization;

    public PolicyCoverage CoverageOf(InventoriedIdentity identity) => CanBeCovered(identity) switch
    {
        false => PolicyCoverage.Impossible,
        null => PolicyCoverage.Unknown,
        _ => inventory.Policies is { } policies && identity.Id is { } id
            ? policies.Select(policy => Coverage(policy, id)).DefaultIfEmpty(PolicyCoverage.None).MaxBy(Weight)
            : PolicyCoverage.Unknown,
    };

    /// <summary>A policy whose filter may choose the identity makes it unknown, unless another policy covers it surely.</summary>
    private static int Weight(PolicyCoverage coverage) => coverage switch
    {
        PolicyCoverage.Covered => 3,
        PolicyCoverage.Unknown => 2,
        PolicyCoverage.ReportOnly => 1,
        _ => 0,
    };

    private static PolicyCoverage Coverage(ConditionalAccessPolicy policy, ServicePrincipalId id)
    {
        const string All = "ServicePrincipalsInMyTenant";
        var clients = policy.Conditions?.ClientApplications;
        var isReport = policy.State == ConditionalAccessState.ReportOnly;
        if (clients is null || (policy.State != ConditionalAccessState.Enabled && !isReport) || Names(clients.ExcludeServicePrincipals, id))
        {
            return PolicyCoverage.None;
        }

        var isNamed = Names(clients.IncludeServicePrincipals, id)
            || clients.IncludeServicePrincipals?.Contains(All, StringComparer.OrdinalIgnoreCase) == true;
        return clients.ServicePrincipalFilter is not null ? PolicyCoverage.Unknown
            : !isNamed ? PolicyCoverage.None
            : isReport ? PolicyCoverage.ReportOnly : PolicyCoverage.Covered;
    }

    private static Dictionary<InventoriedIdentity, Power> Powers(TenantInventory inventory)
    {
        var powers = new Dictionary<InventoriedIdentity, Power>(ReferenceEqualityComparer.Instance);
        foreach (var identity in inventory.Identities)
        {
            powers[identity] = Greatest(identity);
        }

        return powers;
    }

    private static Power Greatest(InventoriedIdentity identity)
    {
        var greatest = Power.None;
        foreach (var permission in identity.AppRoles ?? [])
        {
            greatest = (Power)Math.Max((int)greatest, (int)ReachOf(permission).Power);
        }

        foreach (var role in identity.DirectoryRoles ?? [])
        {
            greatest = (Power)Math.Max((int)greatest, (int)ReachOf(role).Power);
        }

        return greatest;
    }

    private static Reach ReachOf(HeldAppRole permission) =>
        PowerTable.Permission(permission.ResourceClientId?.Value, permission.Value);

    /// <summary>A role counts for the whole directory only.</summary>
    private static Reach ReachOf(HeldDirectoryRole role) => role.Scope == "/" ? PowerTable.DirectoryRole(role.TemplateId) : Reach.Ordinary;

    private static bool Names(IReadOnlyList<string>? ids, ServicePrincipalId id) =>
        ids?.Contains(id.ToString(), StringComparer.OrdinalIgnoreCase) == true;
}

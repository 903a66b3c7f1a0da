namespace WorkloadIdentity.Governance;

/// <summary>What an identity is.</summary>
public enum IdentityKind
{
    /// <summary>Not known to this version. <see cref="InventoriedIdentity.ServicePrincipalType"/> has Graph's word.</summary>
    Other,

    /// <summary>An application, with or without a service principal in this tenant.</summary>
    Application,

    /// <summary>A managed identity of an Azure resource.</summary>
    ManagedIdentity,

    /// <summary>An agent identity.</summary>
    AgentIdentity,

    /// <summary>A blueprint of agent identities.</summary>
    AgentBlueprint,

    /// <summary>A service principal without an application.</summary>
    Legacy,
}

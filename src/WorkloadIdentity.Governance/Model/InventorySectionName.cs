namespace WorkloadIdentity.Governance;

/// <summary>The parts of an inventory. Each has permissions of its own.</summary>
public enum InventorySectionName
{
    /// <summary>Applications registered in the tenant, with their credentials.</summary>
    Applications,

    /// <summary>Service principals, with their credentials and the roles that they offer.</summary>
    ServicePrincipals,

    /// <summary>Owners of applications and of service principals.</summary>
    Owners,

    /// <summary>Blueprints and sponsors of agent identities.</summary>
    AgentIdentities,

    /// <summary>Custom security attributes of service principals.</summary>
    CustomSecurityAttributes,

    /// <summary>Federated credentials of applications and of managed identities.</summary>
    Federations,

    /// <summary>Application permissions that service principals hold.</summary>
    AppRoles,

    /// <summary>Consents to act for users.</summary>
    DelegatedGrants,

    /// <summary>Directory roles that are active.</summary>
    DirectoryRoles,

    /// <summary>Directory roles that can be activated.</summary>
    EligibleDirectoryRoles,

    /// <summary>The last sign-in of each identity.</summary>
    SignIns,

    /// <summary>The last use of each credential.</summary>
    CredentialUse,

    /// <summary>Identities at risk.</summary>
    Risk,

    /// <summary>Why they are at risk, with the credentials concerned.</summary>
    RiskDetections,

    /// <summary>Conditional Access policies.</summary>
    ConditionalAccess,

    /// <summary>Named locations.</summary>
    NamedLocations,

    /// <summary>Policies on credentials.</summary>
    AppManagementPolicies,

    /// <summary>Access reviews of service principals, with their decisions.</summary>
    AccessReviews,
}

namespace WorkloadIdentity.Testing;

/// <summary>What the tenant of an emulated Microsoft Graph is licensed for. Some calls are refused or answered in part without.</summary>
[Flags]
public enum EmulatedLicences
{
    /// <summary>Microsoft Entra ID Free.</summary>
    None = 0,

    /// <summary>Microsoft Entra ID P1: sign-in logs and reports.</summary>
    EntraP1 = 1,

    /// <summary>Microsoft Entra ID P2: eligible directory roles; also access reviews and everything of P1.</summary>
    EntraP2 = 2,

    /// <summary>Microsoft Entra ID Governance: access reviews.</summary>
    Governance = 4,

    /// <summary>Microsoft Entra Workload ID Premium: risky service principals, and the details of risk detections.</summary>
    WorkloadIdPremium = 8,

    /// <summary>All of these.</summary>
    All = EntraP1 | EntraP2 | Governance | WorkloadIdPremium,
}

namespace WorkloadIdentity.Governance;

/// <summary>Whether Conditional Access covers an identity.</summary>
public enum PolicyCoverage
{
    /// <summary>The policies were not read, or one chooses by a filter that this version cannot evaluate.</summary>
    Unknown,

    /// <summary>No policy can: it is a managed identity, belongs to another tenant, or may be used in several tenants.</summary>
    Impossible,

    /// <summary>A policy could, and none does.</summary>
    None,

    /// <summary>Only policies that report and block nothing do.</summary>
    ReportOnly,

    /// <summary>A policy that is enabled does.</summary>
    Covered,
}

namespace WorkloadIdentity.Governance;

/// <summary>How far an identity reaches. The greater value is the greater power.</summary>
public enum Power
{
    /// <summary>No permission that this review knows of.</summary>
    None,

    /// <summary>Permissions of ordinary size.</summary>
    Ordinary,

    /// <summary>Everything of one kind in the tenant: all mail, all files, all groups.</summary>
    Wide,

    /// <summary>The whole tenant: it can give itself, or others, any permission.</summary>
    Tenant,
}

namespace WorkloadIdentity.Governance;

/// <summary>The parts of Graph that count requests separately.</summary>
internal enum LimitGroup
{
    /// <summary>Identity and access: resource units for each application and tenant.</summary>
    Directory,

    /// <summary>Identity and access reports: 5 requests in 10 seconds.</summary>
    Reports,

    /// <summary>Identity Protection and Conditional Access: 1 request a second for the tenant. Their answers have no Retry-After.</summary>
    Protection,
}

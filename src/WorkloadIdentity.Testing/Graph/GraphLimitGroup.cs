namespace WorkloadIdentity.Testing;

/// <summary>Calls that are throttled apart (learn.microsoft.com, "Microsoft Graph service-specific limits").</summary>
internal enum GraphLimitGroup
{
    /// <summary>The directory: resource units per application and tenant.</summary>
    Directory,

    /// <summary>Sign-ins, audits and sign-in activities: 5 requests in 10 seconds per application and tenant.</summary>
    Reports,

    /// <summary>Identity Protection and Conditional Access: one request a second per tenant, and no <c>Retry-After</c>.</summary>
    Protection,

    /// <summary>What has no limit of its own.</summary>
    Other,
}

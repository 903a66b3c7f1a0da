namespace WorkloadIdentity;

/// <summary>What an address may have behind its host and port.</summary>
internal enum AddressParts
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>A path.</summary>
    Path,

    /// <summary>A path and a query.</summary>
    Query,
}

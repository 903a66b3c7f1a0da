namespace WorkloadIdentity;

/// <summary>How a token stands at a moment.</summary>
internal enum TokenAge
{
    /// <summary>Served.</summary>
    Fresh,

    /// <summary>Served, while one flight behind it brings the next.</summary>
    Stale,

    /// <summary>
    /// So near its end that it might not survive the call: callers wait for the flight, and take this one if the flight brings none.
    /// </summary>
    Expiring,

    /// <summary>Never served.</summary>
    Expired,
}

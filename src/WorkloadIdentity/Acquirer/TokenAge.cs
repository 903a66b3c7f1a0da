namespace WorkloadIdentity;

/// <summary>How a token stands at a moment.</summary>
internal enum TokenAge
{
    /// <summary>Served.</summary>
    Fresh,

    /// <summary>Served, while one acquisition in the background gets the next token.</summary>
    Stale,

    /// <summary>
    /// So close to its expiry that it may expire during the call. Callers wait for the next token, and take this one if there is none.
    /// </summary>
    Expiring,

    /// <summary>Never served.</summary>
    Expired,
}

namespace WorkloadIdentity.Chaos;

/// <summary>What must hold whatever the weather.</summary>
internal enum Law
{
    /// <summary>No request carries a token that is over, unless the machine's clock was set since it came.</summary>
    NoExpiredToken,

    /// <summary>No request carries a token of another tenant, user, client or API.</summary>
    NoForeignToken,

    /// <summary>No origin but the API's own sees a token, whatever redirects there were.</summary>
    NoTokenElsewhere,

    /// <summary>No call fails for want of a token while one that lives, and that no API refused, was held.</summary>
    NoNeedlessFailure,

    /// <summary>For a key, one flight at a time.</summary>
    OneFlightForAKey,

    /// <summary>Token requests stay within the budget that <see cref="Report"/> states.</summary>
    WithinBudget,

    /// <summary>Once all is well again, every call succeeds.</summary>
    Recovers,

    /// <summary>Memory, timers and flights are what they were before.</summary>
    Steady,
}

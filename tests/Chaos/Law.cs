namespace WorkloadIdentity.Chaos;

/// <summary>The rules that must hold during all faults.</summary>
internal enum Law
{
    /// <summary>No request carries an expired token, unless the machine's clock was set after the token was issued.</summary>
    NoExpiredToken,

    /// <summary>No request carries a token of another tenant, user, client or API.</summary>
    NoForeignToken,

    /// <summary>Only the API's own origin gets a token, whatever redirects there were.</summary>
    NoTokenElsewhere,

    /// <summary>No call fails for lack of a token while the cache holds an unexpired one that no API rejected.</summary>
    NoNeedlessFailure,

    /// <summary>A request has one in-flight acquisition at a time.</summary>
    OneFlightForAKey,

    /// <summary>Token requests stay within the budget that <see cref="Report"/> states.</summary>
    WithinBudget,

    /// <summary>
    /// While a credential is rotated in two steps, Entra refuses no replica for its credential, and the old one is not removed before each
    /// replica has the new one.
    /// </summary>
    RotatesWithoutOutage,

    /// <summary>After the faults have ended, every call succeeds.</summary>
    Recovers,

    /// <summary>Memory, timers and in-flight acquisitions return to their earlier level.</summary>
    Steady,
}

namespace WorkloadIdentity.Governance;

/// <summary>What went wrong with a request to Graph.</summary>
public enum GraphErrorKind
{
    /// <summary>Graph answered with something that cannot be read, or with a link to another host.</summary>
    InvalidResponse,

    /// <summary>Graph could not be reached, or the connection broke.</summary>
    Unreachable,

    /// <summary>Graph did not answer in time.</summary>
    TimedOut,

    /// <summary>Graph had no token, or accepted none (401).</summary>
    Unauthorized,

    /// <summary>The identity lacks a permission (403).</summary>
    PermissionMissing,

    /// <summary>The tenant lacks a licence.</summary>
    LicenseMissing,

    /// <summary>The object, or the operation in this cloud, does not exist (404).</summary>
    NotFound,

    /// <summary>A link to later changes is too old (410).</summary>
    Expired,

    /// <summary>Graph throttled, and went on to do so (429).</summary>
    Throttled,

    /// <summary>Graph failed (5xx), gave up an item of a batch (424), or another change was under way (409).</summary>
    Unavailable,

    /// <summary>An object with this name or value exists already (409).</summary>
    Conflict,

    /// <summary>Graph refused the request for another reason.</summary>
    Refused,
}

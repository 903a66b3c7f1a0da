namespace WorkloadIdentity;

/// <summary>
/// What kind of thing stood in the way of a token. Decide on this and on <see cref="TokenErrorCategory"/>, never on message text.
/// </summary>
public enum TokenErrorKind
{
    /// <summary>Nothing here says this credential should be used: a variable, file or host is absent.</summary>
    NotConfigured,

    /// <summary>The other side could not be reached: no connection, no name, no route.</summary>
    Unreachable,

    /// <summary>One of our own time limits passed. A caller's cancellation is never this.</summary>
    TimedOut,

    /// <summary>Something was configured, wrongly or by half; or the request asks what the credential cannot express.</summary>
    InvalidConfiguration,

    /// <summary>The other side answered something that is neither a token nor an error it is known to give.</summary>
    InvalidResponse,

    /// <summary>The other side answered no (RFC 6749 section 5.2): see the OAuth error and Entra's codes.</summary>
    Refused,

    /// <summary>The other side asked to be left alone for a while: see <see cref="TokenError.RetryAfter"/>.</summary>
    Throttled,

    /// <summary>Allowed neither here nor now by the application's own settings: an origin, a kind of credential, a tenant.</summary>
    NotAllowed,
}

namespace WorkloadIdentity;

/// <summary>
/// The parameter of a token exchange that says what the new token is for
/// (<see href="https://www.rfc-editor.org/rfc/rfc8693#section-2.1">RFC 8693 section 2.1</see>). Servers differ in which one they read.
/// </summary>
public enum TokenExchangeTarget
{
    /// <summary><c>scope</c>: what the token may do.</summary>
    Scope,

    /// <summary><c>audience</c>: the name of the service that gets the token.</summary>
    Audience,

    /// <summary><c>resource</c>: the address of the service that gets the token.</summary>
    Resource,
}

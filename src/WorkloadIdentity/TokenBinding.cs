using System.Diagnostics.CodeAnalysis;

namespace WorkloadIdentity;

/// <summary>
/// Whether a token is to be bound to the certificate of the connection (RFC 8705 section 3). A bound token is worthless to whoever steals
/// it without the certificate's key. In Entra this is a preview.
/// </summary>
[Experimental(BoundTokens.Diagnostic)]
public enum TokenBinding
{
    /// <summary>An ordinary (Bearer) token. A credential that binds its tokens refuses such a request.</summary>
    None,

    /// <summary>A bound token if it can be had for the API, otherwise an ordinary one.</summary>
    Preferred,

    /// <summary>A bound token, or an error.</summary>
    Required,
}

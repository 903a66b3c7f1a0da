namespace WorkloadIdentity;

/// <summary>How an attempt ended.</summary>
public enum TokenVerdict
{
    /// <summary>A token was issued.</summary>
    Issued,

    /// <summary>"Not here": what this credential needs is absent, so the next one in a chain may be tried.</summary>
    Unavailable,

    /// <summary>The credential is here and could not get a token. A chain stops: it never answers as somebody else.</summary>
    Failed,
}

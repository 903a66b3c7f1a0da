namespace WorkloadIdentity;

/// <summary>
/// What one attempt leaves behind for a report: what was shown to Entra, read, and never the thing itself. One attempt, one set of notes.
/// </summary>
internal sealed class ReportNotes
{
    /// <summary>The last assertion of another issuer that was to be sent; null where there was none, or none that can be read.</summary>
    public UnverifiedJwt? Assertion { get; set; }
}

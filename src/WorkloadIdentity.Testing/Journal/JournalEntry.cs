namespace WorkloadIdentity.Testing;

/// <summary>
/// One request as the emulator saw it. Entered on arrival, completed just before the answer leaves: whoever has the answer reads a complete
/// entry.
/// </summary>
public abstract class JournalEntry
{
    private protected JournalEntry(DateTimeOffset at, string correlationId)
    {
        At = at;
        CorrelationId = correlationId;
    }

    /// <summary>When the request arrived, on the emulator's clock.</summary>
    public DateTimeOffset At { get; }

    /// <summary>
    /// The caller's <c>client-request-id</c> when it is a GUID, otherwise one made up here: it also stands in error answers.
    /// </summary>
    public string CorrelationId { get; }

    /// <summary>The HTTP status of the answer; null while there is none, and when the connection was cut.</summary>
    public int? Status { get; internal set; }

    /// <summary>The <c>error</c> of the answer, such as <c>invalid_client</c>; null when there was none.</summary>
    public string? Error { get; internal set; }

    /// <summary>Why the request was refused, in a sentence; null when it was not, and where only <see cref="Error"/> is known.</summary>
    public string? Reason { get; internal set; }

    /// <summary>The fault that answered in the endpoint's place, such as <c>status 503</c>; null when none did.</summary>
    public string? Fault { get; internal set; }

    /// <summary>The SHA-256 of the access token the answer issued, or the request presented; null when there was none.</summary>
    /// <remarks>Compare with <see cref="EmulatorJournal.Hash"/>.</remarks>
    public string? TokenHash { get; internal set; }

    /// <summary>Its place in the order of arrival, across all kinds of entries.</summary>
    internal long Sequence { get; set; }

    /// <summary>What the entry takes of memory: about 400 bytes for itself and for what is added to it later, and its texts.</summary>
    internal long Bytes => 400 + (sizeof(char) * (Texts.Sum(text => (long)(text?.Length ?? 0)) + (Reason?.Length ?? 0)));

    /// <summary>How many bytes the journal has counted for this entry. Only the journal uses it.</summary>
    internal long CountedBytes { get; set; }

    /// <summary>Every text that comes from the request.</summary>
    private protected abstract IEnumerable<string?> Texts { get; }

    /// <summary>Whether the answer was a success.</summary>
    public bool Succeeded => Status is >= 200 and < 300;

    /// <summary>Whether a fault leaves the request without an answer.</summary>
    internal bool IsCut { get; set; }

    /// <summary>Whether an answer with an error status is what a correct program gets here.</summary>
    internal virtual bool IsExpected => false;

    /// <summary>Whether the answer was an error that a correct program does not get, or a fault left the request without one.</summary>
    internal bool IsRefused => Status is { } status ? status >= 400 && !IsExpected : IsCut;

    /// <summary>Whether a text is part of what was asked, or of the answer.</summary>
    internal bool Mentions(string text) =>
        Texts.Append(Error).Append(Reason).Append(Fault).Append(CorrelationId).Append(ToString())
            .Any(each => each?.Contains(text, StringComparison.OrdinalIgnoreCase) == true);

    /// <summary>Notes why the request is refused.</summary>
    internal void Refuse(string? error, string reason) => (Error, Reason) = (error, reason);
}

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

    /// <summary>The fault that answered in the endpoint's place, such as <c>status 503</c>; null when none did.</summary>
    public string? Fault { get; internal set; }

    /// <summary>The SHA-256 of the access token the answer issued, or the request presented; null when there was none.</summary>
    /// <remarks>Compare with <see cref="EmulatorJournal.Hash"/>.</remarks>
    public string? TokenHash { get; internal set; }

    /// <summary>Its place in the order of arrival, across all kinds of entries.</summary>
    internal long Sequence { get; set; }

    /// <summary>What the entry takes of memory: about 400 bytes for itself and for what is added to it later, and its texts.</summary>
    internal long Bytes => 400 + (sizeof(char) * Texts.Sum(text => (long)(text?.Length ?? 0)));

    /// <summary>Every text that comes from the request.</summary>
    private protected abstract IEnumerable<string?> Texts { get; }

    /// <summary>Whether the answer was a success.</summary>
    public bool Succeeded => Status is >= 200 and < 300;
}

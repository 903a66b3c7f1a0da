namespace WorkloadIdentity.Testing;

/// <summary>Which entries of the journal are wanted.</summary>
/// <param name="OnlyRefused">Whether only those that were refused.</param>
/// <param name="Search">A text that is part of the request or of the answer; null for any.</param>
internal sealed record JournalFilter(bool OnlyRefused, string? Search)
{
    /// <summary>All entries.</summary>
    public static JournalFilter None { get; } = new(OnlyRefused: false, Search: null);

    /// <summary>Whether an entry is wanted, as it is now.</summary>
    public bool Admits(JournalEntry entry) => (!OnlyRefused || entry.IsRefused) && (Search is null || entry.Mentions(Search));
}

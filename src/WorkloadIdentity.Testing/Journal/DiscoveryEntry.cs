namespace WorkloadIdentity.Testing;

/// <summary>A request for a discovery document or for public keys.</summary>
public sealed class DiscoveryEntry : JournalEntry
{
    internal DiscoveryEntry(DateTimeOffset at, string correlationId, string path, DiscoveryDocument document) : base(at, correlationId)
    {
        Path = path;
        Document = document;
    }

    /// <summary>The path that was asked.</summary>
    public string Path { get; }

    /// <summary>What was looked up.</summary>
    public DiscoveryDocument Document { get; }

    /// <summary>What was looked up and what came of it, on one line.</summary>
    public override string ToString() =>
        $"{Document} at {Path}: {Status?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "no answer"}";

    private protected override IEnumerable<string?> Texts => [Path];
}

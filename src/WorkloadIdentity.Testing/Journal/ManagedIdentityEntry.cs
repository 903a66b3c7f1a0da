namespace WorkloadIdentity.Testing;

/// <summary>A request to a managed identity endpoint.</summary>
public sealed class ManagedIdentityEntry : JournalEntry
{
    internal ManagedIdentityEntry(DateTimeOffset at, string correlationId, string host) : base(at, correlationId) => Host = host;

    /// <summary>The host that was asked: <c>IMDS</c> or <c>App Service</c>.</summary>
    public string Host { get; }

    /// <summary>The query's <c>resource</c>.</summary>
    public string? Resource { get; internal set; }

    /// <summary>The selector as it was sent, such as <c>client_id=…</c>; null for the host's default identity.</summary>
    public string? Selector { get; internal set; }

    /// <summary>The client id of the identity that was found; null when none was.</summary>
    public string? ClientId { get; internal set; }

    /// <summary>Whether the request was the availability probe of a credential chain: IMDS asked without its <c>Metadata</c> header.</summary>
    public bool IsProbe { get; internal set; }

    /// <summary>What was asked and what came of it, on one line.</summary>
    public override string ToString() =>
        $"{Host} for {Resource} ({Selector ?? "default identity"}): {Status?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "no answer"}";
}

namespace WorkloadIdentity.Testing;

/// <summary>A request to a managed identity endpoint.</summary>
public sealed class ManagedIdentityEntry : JournalEntry
{
    internal ManagedIdentityEntry(DateTimeOffset at, string correlationId, string host) : base(at, correlationId) => Host = host;

    /// <summary>
    /// The host that was asked: <c>IMDS</c>, <c>App Service</c>, <c>App Service (2017)</c>, <c>Azure Arc</c>, <c>Azure Container
    /// Instances</c>, <c>Service Fabric</c>, <c>Azure Machine Learning</c> or <c>Cloud Shell</c>.
    /// </summary>
    public string Host { get; }

    /// <summary>The <c>resource</c> that was asked for.</summary>
    public string? Resource { get; internal set; }

    /// <summary>The selector as it was sent, such as <c>client_id=…</c>; null for the host's default identity.</summary>
    public string? Selector { get; internal set; }

    /// <summary>The client id of the identity that was found; null when none was.</summary>
    public string? ClientId { get; internal set; }

    /// <summary>
    /// Whether the request was the availability probe of a credential chain: IMDS asked without its <c>Metadata</c> header.
    /// </summary>
    public bool IsProbe { get; internal set; }

    /// <summary>Whether it was answered with Azure Arc's challenge: the first of the two requests every token there takes.</summary>
    public bool IsChallenged { get; internal set; }

    internal override bool IsExpected => IsProbe || IsChallenged;

    /// <summary>What was asked and what came of it, on one line.</summary>
    public override string ToString() =>
        $"{Host} for {Resource} ({Selector ?? "default identity"}): {Status?.ToString(System.Globalization.CultureInfo.InvariantCulture)
            ?? "no answer"}";

    private protected override IEnumerable<string?> Texts => [Resource, Selector];
}

using System.Text.Json.Serialization;

namespace WorkloadIdentity.KeyVault;

/// <summary>The <c>attributes</c> of something in a vault. Its times are seconds since 1970.</summary>
internal sealed class VaultAttributes
{
    // An absent member means enabled: that is the default when an object is made.
    [JsonPropertyName("enabled")]
    public bool? Enabled { get; init; }

    [JsonIgnore]
    public bool IsEnabled => Enabled != false;

    [JsonPropertyName("nbf")]
    public long? NotBefore { get; init; }

    [JsonPropertyName("exp")]
    public long? Expires { get; init; }

    [JsonPropertyName("created")]
    public long? Created { get; init; }

    [JsonIgnore]
    public DateTimeOffset? ExpiresOn => Time(Expires);

    [JsonIgnore]
    public DateTimeOffset? CreatedOn => Time(Created);

    public bool IsInTime(DateTimeOffset now) =>
        (Time(NotBefore) is not { } start || start <= now) && (ExpiresOn is not { } end || end > now);

    private static DateTimeOffset? Time(long? seconds) =>
        seconds is > 0 and < 253_402_300_800 ? DateTimeOffset.FromUnixTimeSeconds(seconds.Value) : null;
}

using System.Text.Json;

namespace WorkloadIdentity.KeyVault;

/// <summary>The <c>attributes</c> of something in a vault; times are seconds since 1970.</summary>
internal readonly record struct VaultAttributes(
    bool IsEnabled, DateTimeOffset? StartsOn, DateTimeOffset? ExpiresOn, DateTimeOffset? CreatedOn)
{
    public static VaultAttributes Of(JsonElement element)
    {
        var attributes = element.Member("attributes");

        // Absent means enabled: the default when something is made.
        return new(
            attributes?.Member("enabled") is not { ValueKind: JsonValueKind.False },
            Time(attributes, "nbf"),
            Time(attributes, "exp"),
            Time(attributes, "created"));
    }

    public bool IsInTime(DateTimeOffset now) => (StartsOn is not { } start || start <= now) && (ExpiresOn is not { } end || end > now);

    private static DateTimeOffset? Time(JsonElement? attributes, string name) =>
        attributes?.Member(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out var seconds)
            && seconds is > 0 and < 253_402_300_800 ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;
}

using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace WorkloadIdentity.Governance;

/// <summary>
/// The display name of a credential that a rotation added. It holds the state of the rotation, in the tenant, where every machine sees it:
/// when it began, for which destination, and which credential it replaces.
/// </summary>
/// <param name="StartedOn">When the rotation began, to the second.</param>
/// <param name="Destination">The fingerprint of the destination.</param>
/// <param name="Nonce">Makes the name of each attempt unique.</param>
/// <param name="Replaces">The id of the credential that is replaced; null for a first one.</param>
internal sealed partial record RotationName(DateTimeOffset StartedOn, string Destination, string Nonce, string? Replaces)
{
    private const string Time = "yyyyMMdd'T'HHmmss'Z'";

    public static RotationName New(DateTimeOffset now, string destination, string? replaces) =>
        new(
            DateTimeOffset.FromUnixTimeSeconds(now.ToUnixTimeSeconds()), destination,
            RandomNumberGenerator.GetHexString(6, lowercase: true), replaces);

    /// <summary>The parts of a display name; null for a name that no rotation gave.</summary>
    public static RotationName? Parse(string? displayName) =>
        displayName is not null && Form().Match(displayName) is { Success: true } match
        && DateTimeOffset.TryParseExact(
            match.Groups["time"].Value, Time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? new RotationName(
                time, match.Groups["destination"].Value, match.Groups["nonce"].Value,
                match.Groups["old"].Value is "none" ? null : match.Groups["old"].Value)
            : null;

    /// <summary>The display name: at most 80 characters, and a valid common name of a certificate.</summary>
    public override string ToString() =>
        $"rotation {StartedOn.UtcDateTime.ToString(Time, CultureInfo.InvariantCulture)} {Destination}-{Nonce} of {Replaces ?? "none"}";

    // Graph names a key after the subject of its certificate (CN=…) if it keeps no display name.
    [GeneratedRegex(
        "^(?:CN=)?rotation (?<time>[0-9]{8}T[0-9]{6}Z) (?<destination>[0-9a-f]{8})-(?<nonce>[0-9a-f]{6}) of (?<old>[0-9A-Za-z-]{1,40})\\z")]
    private static partial Regex Form();
}

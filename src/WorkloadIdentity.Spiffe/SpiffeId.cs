using System.Text.RegularExpressions;

namespace WorkloadIdentity.Spiffe;

/// <summary>
/// The name of a workload: <c>spiffe://</c>, the trust domain, a path
/// (<see href="https://github.com/spiffe/spiffe/blob/main/standards/SPIFFE-ID.md">SPIFFE-ID, section 2</see>).
/// </summary>
internal static partial class SpiffeId
{
    private const int LongestId = 2048;
    private const int LongestTrustDomain = 255;

    /// <summary>What is wrong with a text that should be the id of a workload: the end of a sentence. Null if nothing is.</summary>
    public static string? Problem(string text) =>
        text.Length > LongestId ? $"is longer than {LongestId} characters."
        : Form().Match(text) is not { Success: true } match
            ? "is not 'spiffe://', a trust domain in lower case and a path without an empty segment."
        : match.Groups["domain"].Length > LongestTrustDomain ? $"has a trust domain of more than {LongestTrustDomain} characters."
        : match.Groups["segment"].Captures.Any(segment => segment.Value is "." or "..") ? "has a path segment '.' or '..'."
        : null;

    [GeneratedRegex(@"\Aspiffe://(?<domain>[a-z0-9._-]+)(/(?<segment>[A-Za-z0-9._-]+))*\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Form();
}

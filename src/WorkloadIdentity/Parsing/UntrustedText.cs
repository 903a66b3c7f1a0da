using System.Text;
using System.Text.RegularExpressions;

namespace WorkloadIdentity;

/// <summary>
/// Makes a server's text safe for a message, a log or a terminal: short, on one line, without secrets.
/// </summary>
internal static partial class UntrustedText
{
    public const string Hidden = "(hidden)";
    public const int MaxLength = 512;

    // Longer than any description Entra writes; what is beyond is dropped before anything else looks at it.
    private const int MaxRead = 64 * 1024;

    /// <summary>
    /// A description, cut before its trace id (which has its own place), masked, and then shortened: a cut never bares half a secret.
    /// </summary>
    public static string? Description(string? text, IReadOnlyList<string> secrets)
    {
        if (text is null)
        {
            return null;
        }

        text = text.Length > MaxRead ? text[..MaxRead] : text;
        if (text.IndexOf("Trace ID:", StringComparison.OrdinalIgnoreCase) is >= 0 and var end)
        {
            text = text[..end];
        }

        return Plain(Mask(text, secrets));
    }

    /// <summary>Untrusted text without anything that looks like a JWT, shortened; null if nothing is left.</summary>
    public static string? Plain(string text, int maxLength = MaxLength)
    {
        text = OneLine(JwtLike().Replace(text, Hidden));
        return text.Length == 0 ? null : text.Length <= maxLength ? text : text[..(maxLength - 1)] + "…";
    }

    /// <summary>A word of a protocol, such as <c>invalid_client</c> or an id; null when it is none.</summary>
    public static string? Word(string? text, IReadOnlyList<string> secrets) =>
        text is { Length: <= 64 } && Guard.IsHeaderToken(text) && !JwtLike().IsMatch(text) && Mask(text, secrets) == text ? text : null;

    /// <summary>The text without these secrets, as they are and as a form encodes them.</summary>
    public static string Mask(string text, IReadOnlyList<string> secrets)
    {
        foreach (var secret in secrets)
        {
            text = text
                .Replace(secret, Hidden, StringComparison.Ordinal)
                .Replace(Uri.EscapeDataString(secret), Hidden, StringComparison.Ordinal);
        }

        return text;
    }

    /// <summary>
    /// Control and formatting characters (line breaks, escapes, text direction) and unpaired surrogates become spaces, runs of spaces one.
    /// </summary>
    private static string OneLine(string text)
    {
        var line = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            var isBlank = Rune.IsWhiteSpace(rune) || rune == Rune.ReplacementChar || Rune.GetUnicodeCategory(rune)
                is System.Globalization.UnicodeCategory.Control or System.Globalization.UnicodeCategory.Format;
            if (!isBlank)
            {
                line.Append(rune.ToString());
            }
            else if (line.Length > 0 && line[^1] != ' ')
            {
                line.Append(' ');
            }
        }

        return line.ToString().TrimEnd();
    }

    // Three parts, or anything that begins as a JSON object in base64url does. A match starts where a word starts, so the scan stays
    // linear.
    [GeneratedRegex(
        @"(?<![A-Za-z0-9_-])(?:eyJ[A-Za-z0-9_-]{6,}(?:\.[A-Za-z0-9_-]*)*|[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,})",
        RegexOptions.CultureInvariant)]
    private static partial Regex JwtLike();
}

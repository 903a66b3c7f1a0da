using System.Globalization;
using System.Text;

namespace WorkloadIdentity;

/// <summary>
/// Names what came into a value by accident: a line break at its end, a zero-width space, quotes around it. Such characters are copied
/// along from pages, shells and editors. Nobody sees them, and a server that refuses the value does not name them. Each answer is the end
/// of a sentence that begins with what the value is for; it never quotes the value. Null means that there is nothing.
/// </summary>
internal static class StrayCharacters
{
    private const string Quotes = "\"'`\u00AB\u00BB\u2018\u2019\u201A\u201B\u201C\u201D\u201E\u201F";

    /// <summary>In a name or a secret, which may hold anything printable: what is invisible at its ends, and control characters.</summary>
    public static string? InText(string text) => IsPlain(text) ? null : AtTheEnds(text, IsInvisible) ?? Inside(text, Rune.IsControl);

    /// <summary>In the path of a file: the same, and quotes around it.</summary>
    public static string? InPath(string text) => AroundIt(text) ?? InText(text);

    /// <summary>In a scope, or several joined by spaces: nothing invisible but those spaces, and no quote at its ends.</summary>
    public static string? InScope(string text) => IsPlain(text) ? null
        : AroundIt(text) ?? AtTheEnds(text, IsInvisibleOrQuote) ?? Inside(text, static rune => rune.Value != ' ' && IsInvisible(rune));

    /// <summary>In an id, a tenant or a token: anything that is not visible ASCII, and no quote at its ends.</summary>
    public static string? InWord(string text) => IsPlain(text) ? null
        : AroundIt(text) ?? AtTheEnds(text, IsInvisibleOrQuote) ?? Inside(text, static rune => rune.Value is < '!' or > '~');

    /// <summary>
    /// Whether it is nothing but visible ASCII between two letters or digits, as most values are. The other checks would find nothing in
    /// it, and need not be compiled when a program starts.
    /// </summary>
    private static bool IsPlain(string text)
    {
        foreach (var character in text)
        {
            if (character is < '!' or > '~')
            {
                return false;
            }
        }

        return text.Length > 0 && char.IsAsciiLetterOrDigit(text[0]) && char.IsAsciiLetterOrDigit(text[^1]);
    }

    private static string? AroundIt(string text) => text.Length < 2 ? null : (text[0], text[^1]) switch
    {
        ('{', '}') or ('[', ']') or ('<', '>') or ('(', ')') => "stands in brackets",
        var (first, last) when IsQuote(first) && IsQuote(last) => "stands in quotes",
        _ => null,
    };

    private static string? AtTheEnds(string text, Func<Rune, bool> isStray)
    {
        Rune.DecodeFromUtf16(text, out var first, out _);
        Rune.DecodeLastFromUtf16(text, out var last, out _);
        return isStray(first) ? $"begins with {NameOf(first)}" : isStray(last) ? $"ends with {NameOf(last)}" : null;
    }

    private static string? Inside(string text, Func<Rune, bool> isStray)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            if (isStray(rune))
            {
                return $"holds {NameOf(rune)}";
            }
        }

        return null;
    }

    private static bool IsInvisibleOrQuote(Rune rune) => IsInvisible(rune) || IsQuote(rune);

    private static bool IsQuote(Rune rune) => rune.IsBmp && IsQuote((char)rune.Value);

    private static bool IsQuote(char character) => Quotes.Contains(character, StringComparison.Ordinal);

    /// <summary>
    /// White space, control and formatting characters, and letters that are drawn as nothing (the fillers of Hangul, the empty Braille
    /// pattern).
    /// </summary>
    private static bool IsInvisible(Rune rune) => Rune.IsWhiteSpace(rune)
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format
        || rune.Value is 0x034F or 0x115F or 0x1160 or 0x2800 or 0x3164 or 0xFFA0;

    private static string NameOf(Rune rune) => rune.Value switch
    {
        '\n' or '\r' => "a line break",
        '\t' => "a tab",
        ' ' => "a space",
        0x00A0 => "a no-break space (U+00A0)",
        0x200B => "a zero-width space (U+200B)",
        0xFEFF => "a byte order mark (U+FEFF)",
        0xFFFD => "a character that could not be decoded (U+FFFD)",
        _ when Rune.IsControl(rune) => $"a control character (U+{rune.Value:X4})",
        _ when IsQuote(rune) => "a quotation mark",
        _ when IsInvisible(rune) => $"an invisible character (U+{rune.Value:X4})",
        _ => $"a character beyond ASCII (U+{rune.Value:X4})",
    };
}

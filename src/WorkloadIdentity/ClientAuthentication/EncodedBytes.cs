using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace WorkloadIdentity;

/// <summary>
/// Finds the places in a text that may be bytes: base64, hexadecimal or decimal numbers, with anything around them. Whoever asks must
/// recognise the bytes; most of what is found is none.
/// </summary>
internal static partial class EncodedBytes
{
    /// <summary>How many digits a place has at least, unless it begins with a sequence of DER: 48 in base64, more otherwise.</summary>
    public const int ShortestRun = 48;

    /// <summary>
    /// Undoes what settings, JSON, XML and addresses do to characters: <c>\n</c>, <c>\"</c>, <c>\u002B</c>, <c>%2B</c>, <c>&amp;quot;</c>
    /// and the zeros of UTF-16.
    /// </summary>
    public static string Unescape(string text)
    {
        text = text.Replace("\0", "", StringComparison.Ordinal);
        text = Percent().Replace(text, match => Character(match.Groups[1]));
        text = WebUtility.HtmlDecode(text);
        return Backslash().Replace(text, match => match.Value[^1] switch
        {
            'n' or 'r' => "\n",
            _ when match.Groups[1] is { Success: true } code => Character(code),
            _ => "",
        });
    }

    /// <summary>What each place in <paramref name="text"/> stands for.</summary>
    public static IEnumerable<byte[]> In(string text)
    {
        // Lines of base64 belong together, but a word may stand in front of them.
        var base64 = text.Replace('-', '+').Replace('_', '/');
        var joined = WhiteSpace().Replace(base64, "");
        var hexadecimal = BetweenPairs().Replace(text, "");
        return [
            .. SequencesInBase64().Matches(joined).Select(match => FromBase64(match.Groups[1].ValueSpan)),
            .. SequencesInHexadecimal().Matches(hexadecimal).Select(match => FromHexadecimal(match.Groups[1].ValueSpan)),
            .. Base64().Matches(joined).Concat(Base64().Matches(base64)).SelectMany(match => Shifted(match.Value, 4, FromBase64)),
            .. Hexadecimal().Matches(hexadecimal).SelectMany(match => Shifted(match.Value, 2, FromHexadecimal)),
            .. Decimal().Matches(text).Select(match => FromDecimal(match.Value)),
        ];
    }

    /// <summary>A prefix such as <c>base64-</c> consists of digits, too. So the content may begin at each of some digits.</summary>
    private static IEnumerable<byte[]> Shifted(string digits, int count, Func<ReadOnlySpan<char>, byte[]> decode) =>
        Enumerable.Range(0, count).Select(start => decode(digits.AsSpan(start)));

    private static byte[] FromBase64(ReadOnlySpan<char> digits)
    {
        var whole = digits[..^(digits.Length % 4)];
        var bytes = new byte[whole.Length / 4 * 3];
        return Convert.TryFromBase64Chars(whole, bytes, out _) ? bytes : [];
    }

    private static byte[] FromHexadecimal(ReadOnlySpan<char> digits) => Convert.FromHexString(digits[..^(digits.Length % 2)]);

    // Java prints signed bytes.
    private static byte[] FromDecimal(string numbers) =>
        [.. Number().Matches(numbers).Select(match => unchecked((byte)int.Parse(match.ValueSpan, CultureInfo.InvariantCulture)))];

    private static string Character(Group code) =>
        ((char)int.Parse(code.ValueSpan, NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToString();

    /// <summary>Also one that was encoded several times: %252B.</summary>
    [GeneratedRegex("%(?:25)*([0-9A-Fa-f]{2})", RegexOptions.CultureInvariant)]
    private static partial Regex Percent();

    [GeneratedRegex(@"\\+(?:u([0-9A-Fa-f]{4})|x|r|n|)", RegexOptions.CultureInvariant)]
    private static partial Regex Backslash();

    [GeneratedRegex(@"\s+", RegexOptions.CultureInvariant)]
    private static partial Regex WhiteSpace();

    [GeneratedRegex(@"0x|[\s:;,-]+", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex BetweenPairs();

    /// <summary>Each place where a sequence of DER (0x30) may begin, with as many digits as are needed to recognise what it is.</summary>
    [GeneratedRegex("(?=(M[A-P][A-Za-z0-9+/]{9,254}))", RegexOptions.CultureInvariant)]
    private static partial Regex SequencesInBase64();

    [GeneratedRegex("(?=(30[0-9A-Fa-f]{14,382}))", RegexOptions.CultureInvariant)]
    private static partial Regex SequencesInHexadecimal();

    /// <summary>A shorter run is a word: no form of a key fits in 35 bytes.</summary>
    [GeneratedRegex("[A-Za-z0-9+/]{48,}", RegexOptions.CultureInvariant)]
    private static partial Regex Base64();

    [GeneratedRegex("[0-9A-Fa-f]{72,}", RegexOptions.CultureInvariant)]
    private static partial Regex Hexadecimal();

    /// <summary>As PowerShell, Node.js and Java print an array of bytes.</summary>
    [GeneratedRegex(@"-?[0-9]{1,3}(?:[\s,]+-?[0-9]{1,3}){35,}", RegexOptions.CultureInvariant)]
    private static partial Regex Decimal();

    [GeneratedRegex("-?[0-9]+", RegexOptions.CultureInvariant)]
    private static partial Regex Number();
}

using System.Globalization;
using System.Text;

namespace WorkloadIdentity.Governance;

/// <summary>
/// Names of the directory as text for a page, a cell or a terminal. Anyone who may register an application chooses its name, so it may hold
/// escape sequences, line breaks and marks that turn the direction of text.
/// </summary>
internal static class PlainText
{
    private const int Longest = 512;

    /// <summary>The text on one line, without control and formatting characters, and of a bounded length.</summary>
    public static string Of(string? text, int longest = Longest)
    {
        if (string.IsNullOrEmpty(text))
        {
            return "";
        }

        var line = new StringBuilder(Math.Min(text.Length, longest));
        foreach (var rune in text.EnumerateRunes())
        {
            if (line.Length >= longest)
            {
                return line.Append('…').ToString();
            }

            if (!IsBlank(rune))
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

    /// <summary>The text in at most so many characters. A pair of surrogates is never parted.</summary>
    public static string Cut(string text, int longest)
    {
        if (text.Length <= longest)
        {
            return text;
        }

        var kept = longest - 1;
        return text[..(char.IsHighSurrogate(text[kept - 1]) ? kept - 1 : kept)] + "…";
    }

    /// <summary>The day, in UTC.</summary>
    public static string Day(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>The moment to the second, in UTC.</summary>
    public static string Moment(DateTimeOffset moment) =>
        moment.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>A number of things: "1 secret", "2 secrets".</summary>
    public static string Count(int count, string one, string? many = null) =>
        string.Create(CultureInfo.InvariantCulture, $"{count:N0} {(count == 1 ? one : many ?? one + "s")}");

    /// <summary>How far a moment is from now: "in 5 days", "3 days ago", "today".</summary>
    public static string FromNow(DateTimeOffset moment, DateTimeOffset now)
    {
        var days = (moment.UtcDateTime.Date - now.UtcDateTime.Date).Days;
        return days switch
        {
            0 => "today",
            > 0 => $"in {Count(days, "day")}",
            _ => $"{Count(-days, "day")} ago",
        };
    }

    private static bool IsBlank(Rune rune) => Rune.IsWhiteSpace(rune) || rune == Rune.ReplacementChar
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse;
}

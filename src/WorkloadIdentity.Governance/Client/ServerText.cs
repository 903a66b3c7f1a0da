using System.Text;

namespace WorkloadIdentity.Governance;

/// <summary>Makes the words of a server safe for a message: one line, short, without anything like a token.</summary>
internal static class ServerText
{
    public static string? Clean(string? text, int maxLength)
    {
        if (text is null)
        {
            return null;
        }

        var line = new StringBuilder();
        foreach (var word in text[..Math.Min(text.Length, 4096)].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            var plain = new string([.. word.Where(character => !char.IsControl(character) && !IsFormat(character))]);
            line.Append(line.Length > 0 ? " " : "").Append(plain.Contains("eyJ", StringComparison.Ordinal) ? "(hidden)" : plain);
            if (line.Length > maxLength)
            {
                return line.ToString(0, maxLength - 1) + "…";
            }
        }

        return line.Length == 0 ? null : line.ToString();
    }

    private static bool IsFormat(char character) =>
        char.GetUnicodeCategory(character) is System.Globalization.UnicodeCategory.Format or System.Globalization.UnicodeCategory.Surrogate;
}

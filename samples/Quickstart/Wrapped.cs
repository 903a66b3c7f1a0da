namespace Quickstart;

/// <summary>Text that breaks between words, so that it fits a terminal.</summary>
internal static class Wrapped
{
    private const int Width = 84;

    /// <summary>The text in lines; the second and later ones are indented by two more columns.</summary>
    public static string Lines(string text, string indent)
    {
        var (lines, line) = (new List<string>(), indent);
        foreach (var word in text.Split(' '))
        {
            if (line.Length + word.Length > Width && line.Trim().Length > 0)
            {
                lines.Add(line.TrimEnd());
                line = indent + "  ";
            }

            line += $"{word} ";
        }

        return string.Join(Environment.NewLine, [.. lines, line.TrimEnd()]);
    }
}

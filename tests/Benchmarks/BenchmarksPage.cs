using System.Text.RegularExpressions;

namespace Benchmarks;

/// <summary>
/// The page of benchmarks: a beginning, and a section for each benchmark, so that one can be measured again without the others. Immutable.
/// </summary>
internal sealed partial class BenchmarksPage
{
    private readonly Dictionary<string, string> _sections;

    private BenchmarksPage(Dictionary<string, string> sections) => _sections = sections;

    /// <summary>Reads the sections of the page as it stands.</summary>
    public static BenchmarksPage Read(string text)
    {
        var begins = Begin().Matches(text);
        var ends = begins.Skip(1).Select(next => next.Index).Append(text.Length);
        return new BenchmarksPage(begins
            .Zip(ends, (begin, end) => (Name: begin.Groups[1].Value, Text: text[(begin.Index + begin.Length)..end].Trim()))
            .ToDictionary(section => section.Name, section => section.Text));
    }

    /// <summary>The page with this section in place of the one of that name.</summary>
    public BenchmarksPage With(string name, string section) => new(new Dictionary<string, string>(_sections) { [name] = section.Trim() });

    /// <summary>How many goals the sections state, and how many of them were reached.</summary>
    public (int Reached, int All) Goals
    {
        get
        {
            var goals = _sections.Values.SelectMany(section => Goal().Matches(section)).ToList();
            return (goals.Count(goal => goal.Groups[1].Value == "reached"), goals.Count);
        }
    }

    /// <summary>The text: the beginning, then the sections in this order. A section that the order does not name goes.</summary>
    public string Write(string beginning, IEnumerable<string> order) => string.Join(
        "\n\n",
        order.Where(_sections.ContainsKey).Select(name => $"<a id=\"{name}\"></a>\n{_sections[name]}").Prepend(beginning.Trim())) + "\n";

    [GeneratedRegex("""^<a id="([a-z]+)"></a>$""", RegexOptions.Multiline)]
    private static partial Regex Begin();

    [GeneratedRegex(@"^- (reached|\*\*missed\*\*): ", RegexOptions.Multiline)]
    private static partial Regex Goal();
}

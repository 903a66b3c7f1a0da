using System.Text.RegularExpressions;

namespace Pages.Tests;

/// <summary>A message that a page explains is one that the code writes.</summary>
public sealed partial class MessageTests
{
    /// <summary>The text of the source, with strings that are put together joined again.</summary>
    private static readonly string Source = Joint().Replace(
        string.Concat(
            Directory.EnumerateFiles(Path.Combine(Page.Root, "src"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText)),
        "");

    [Fact]
    public void The_code_writes_every_message_that_a_page_quotes()
    {
        var quoted = (from page in Page.All.Where(page => !page.StartsWith("docs/migrate/", StringComparison.Ordinal))
                      from Match row in Row().Matches(Page.Read(page))
                      from piece in Pieces(row.Groups["message"].Value)
                      select (page, piece)).ToList();

        Assert.True(quoted.Count > 20, $"{quoted.Count} messages were found in the pages.");
        var unknown = string.Join('\n', quoted.Where(message => !IsWritten(message.piece)));
        Assert.True(unknown.Length == 0, unknown);
    }

    [Theory]
    [InlineData("The Azure CLI is not installed", true)]
    [InlineData("The moon is not full tonight", false)]
    public void A_message_that_the_code_does_not_write_is_found(string message, bool isWritten) =>
        Assert.Equal(isWritten, IsWritten(message));

    /// <summary>
    /// Half of its words or more, in a row, stand in a text of the source: what is left may be a value that looks like words, such as the
    /// name of a tool.
    /// </summary>
    private static bool IsWritten(string piece)
    {
        var words = piece.Split(' ');
        var needed = (words.Length + 1) / 2;
        return Enumerable.Range(0, words.Length - needed + 1)
            .Any(start => Source.Contains(string.Join(' ', words.Skip(start).Take(needed)), StringComparison.Ordinal));
    }

    /// <summary>What stands between values, which the code fills in.</summary>
    private static IEnumerable<string> Pieces(string message) =>
        Value().Split(message).Select(piece => piece.Trim()).Where(piece => piece.Contains(' ', StringComparison.Ordinal));

    [GeneratedRegex("""^\| `(?<message>(?!--)[^`|]* [^`|]*)`[^|]*\|""", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex("""…|'[^']*'|\b[A-Z]+(?:_[A-Z]+)+\b|\b\d+\b|\([^)]*\)|\bdefault chain\b""")]
    private static partial Regex Value();

    [GeneratedRegex("""["]\s*\+\s*\$?["]""")]
    private static partial Regex Joint();
}

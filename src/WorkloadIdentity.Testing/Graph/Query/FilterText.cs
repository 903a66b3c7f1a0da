using System.Text.RegularExpressions;

namespace WorkloadIdentity.Testing;

/// <summary>The text of a filter, cut into words, literals and signs.</summary>
internal sealed partial class FilterText
{
    private readonly List<string> _tokens;
    private int _next;

    public FilterText(string text)
    {
        _tokens =
        [
            .. Token().Matches(text).Select(match => match.Groups["token"]).Where(token => token.Success).Select(token => token.Value),
        ];
        if (Token().Replace(text, "").Length > 0)
        {
            throw GraphErrorException.BadRequest("Invalid filter clause: Syntax error.");
        }
    }

    public bool IsAtEnd => _next == _tokens.Count;

    public string? Peek => IsAtEnd ? null : _tokens[_next];

    public string Next() => IsAtEnd
        ? throw GraphErrorException.BadRequest("Invalid filter clause: Expression expected at the end of the text.")
        : _tokens[_next++];

    /// <summary>Goes on when this word is next.</summary>
    public bool Take(string word)
    {
        var isNext = word.Equals(Peek, StringComparison.OrdinalIgnoreCase);
        _next += isNext ? 1 : 0;
        return isNext;
    }

    public void Expect(string word)
    {
        if (!Take(word))
        {
            throw GraphErrorException.BadRequest($"Invalid filter clause: '{word}' expected in place of '{Peek ?? "the end"}'.");
        }
    }

    [GeneratedRegex(@"\G(?:\s+|(?<token>'(?:[^']|'')*'|[(),:]|[^\s(),:']+(?::\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?))")]
    private static partial Regex Token();
}

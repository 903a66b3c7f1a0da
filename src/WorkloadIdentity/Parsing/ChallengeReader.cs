using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace WorkloadIdentity;

/// <summary>
/// Reads the words of one challenge line (RFC 9110 sections 5.6 and 11). A try that fails leaves the position where it was.
/// </summary>
internal ref struct ChallengeReader(ReadOnlySpan<char> text)
{
    private static readonly SearchValues<char> TokenCharacters =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    private static readonly SearchValues<char> Token68Characters =
        SearchValues.Create("-._~+/0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    private readonly ReadOnlySpan<char> _text = text;
    private int _at;

    private readonly ReadOnlySpan<char> Rest => _text[_at..];

    /// <summary>The well-formed challenges of the line, in order.</summary>
    public List<(string Scheme, string? Token68, List<KeyValuePair<string, string>> Parameters)> ReadAll()
    {
        var challenges = new List<(string, string?, List<KeyValuePair<string, string>>)>();
        List<KeyValuePair<string, string>>? parameters = null;
        while (SkipSeparators())
        {
            if (TryReadParameter(out var name, out var value))
            {
                // Without a challenge to belong to (its own was malformed, or it never had one) a parameter means nothing.
                parameters?.Add(new(name, value));
            }
            else if (TryReadToken(out var scheme))
            {
                parameters = [];
                challenges.Add((scheme, TryReadToken68(), parameters));
            }
            else
            {
                // Neither: a quote that never closes, or a stray character. The challenge that holds it cannot be trusted.
                if (parameters is not null)
                {
                    challenges.RemoveAt(challenges.Count - 1);
                    parameters = null;
                }

                SkipToComma();
            }
        }

        return challenges;
    }

    /// <summary>Moves past white space and commas (a list may have empty elements); false at the end.</summary>
    public bool SkipSeparators()
    {
        while (_at < _text.Length && _text[_at] is ' ' or '\t' or ',')
        {
            _at++;
        }

        return _at < _text.Length;
    }

    public bool TryReadToken([NotNullWhen(true)] out string? token)
    {
        token = null;
        var length = Run(Rest, TokenCharacters);
        if (length == 0 || !EndsWord(_at + length))
        {
            return false;
        }

        token = Rest[..length].ToString();
        _at += length;
        return true;
    }

    /// <summary><c>name = value</c>, the value a token or a quoted string.</summary>
    public bool TryReadParameter([NotNullWhen(true)] out string? name, [NotNullWhen(true)] out string? value)
    {
        name = value = null;
        var start = _at;
        var length = Run(Rest, TokenCharacters);
        if (length > 0)
        {
            var nameEnd = _at + length;
            _at = nameEnd;
            SkipWhiteSpace();
            if (_at < _text.Length && _text[_at] == '=')
            {
                _at++;
                SkipWhiteSpace();
                value = ReadQuoted() ?? ReadUnquoted();
                if (value is not null)
                {
                    name = _text[start..nameEnd].ToString();
                    return true;
                }
            }
        }

        _at = start;
        return false;
    }

    /// <summary>The lone token68 behind a scheme; null when what follows is a parameter, the next challenge or the end.</summary>
    public string? TryReadToken68()
    {
        var start = _at;
        SkipWhiteSpace();
        var begin = _at;
        if (begin > start && !LooksLikeParameter())
        {
            var length = Run(Rest, Token68Characters);
            _at += length;
            while (_at < _text.Length && _text[_at] == '=')
            {
                _at++;
            }

            var end = _at;
            SkipWhiteSpace();
            if (length > 0 && (_at == _text.Length || _text[_at] == ','))
            {
                return _text[begin..end].ToString();
            }
        }

        _at = start;
        return null;
    }

    /// <summary>Moves to the next comma that is not inside a quoted string.</summary>
    public void SkipToComma()
    {
        for (var quoted = false; _at < _text.Length && (quoted || _text[_at] != ','); _at++)
        {
            if (_text[_at] == '"')
            {
                quoted = !quoted;
            }
            else if (quoted && _text[_at] == '\\')
            {
                _at++;
            }
        }

        _at = Math.Min(_at, _text.Length);
    }

    private bool LooksLikeParameter()
    {
        var start = _at;
        var found = TryReadParameter(out _, out _);
        _at = start;
        return found;
    }

    private void SkipWhiteSpace()
    {
        while (_at < _text.Length && _text[_at] is ' ' or '\t')
        {
            _at++;
        }
    }

    private readonly bool EndsWord(int index) => index == _text.Length || _text[index] is ' ' or '\t' or ',';

    private string? ReadQuoted()
    {
        if (_at == _text.Length || _text[_at] != '"')
        {
            return null;
        }

        var value = new StringBuilder();
        for (var index = _at + 1; index < _text.Length; index++)
        {
            switch (_text[index])
            {
                case '"':
                    _at = index + 1;
                    return value.ToString();
                case '\\' when index + 1 < _text.Length:
                    value.Append(_text[++index]);
                    break;
                default:
                    value.Append(_text[index]);
                    break;
            }
        }

        return null;
    }

    /// <summary>
    /// A token, and beyond the grammar what servers put there unquoted: base64 with its <c>/</c> and its <c>=</c> padding.
    /// A value that is nothing but <c>=</c> is the padding of a token68.
    /// </summary>
    private string? ReadUnquoted()
    {
        var length = Rest.IndexOfAny(" \t,\"");
        var value = length < 0 ? Rest : Rest[..length];
        if (value.IsEmpty || value[0] == '=' || !EndsWord(_at + value.Length) || value.ContainsAnyExceptInRange('\x21', '\x7e'))
        {
            return null;
        }

        _at += value.Length;
        return value.ToString();
    }

    private static int Run(ReadOnlySpan<char> text, SearchValues<char> characters)
    {
        var length = text.IndexOfAnyExcept(characters);
        return length < 0 ? text.Length : length;
    }
}

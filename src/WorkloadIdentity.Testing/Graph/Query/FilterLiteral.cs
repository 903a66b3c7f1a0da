using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>A value that a filter compares with: a text in quotes, or a GUID, date, number, true, false or null without.</summary>
internal sealed class FilterLiteral
{
    private readonly string? _text;
    private readonly bool _isQuoted;
    private readonly DateTimeOffset? _date;

    public FilterLiteral(string token)
    {
        _isQuoted = token.StartsWith('\'');
        _text = _isQuoted ? token[1..^1].Replace("''", "'", StringComparison.Ordinal)
            : token.Equals("null", StringComparison.OrdinalIgnoreCase) ? null
            : token;
        if (!_isQuoted && DateTimeOffset.TryParse(token, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date)
            && token.Contains('-', StringComparison.Ordinal))
        {
            _date = date;
        }
    }

    public string Text => _text ?? "";

    /// <summary>Whether a value is before (−1), equal to (0) or after (1) this one; null when they cannot be compared.</summary>
    public int? Compare(JsonNode? value, StringComparison comparison)
    {
        if (value is null || _text is null)
        {
            return value is null && _text is null ? 0 : null;
        }

        return value.GetValueKind() switch
        {
            JsonValueKind.True or JsonValueKind.False => value.GetValue<bool>() == _text.Equals("true", StringComparison.OrdinalIgnoreCase)
                ? 0
                : 1,
            JsonValueKind.Number => double.TryParse(_text, CultureInfo.InvariantCulture, out var number)
                ? double.Parse(value.ToJsonString(), CultureInfo.InvariantCulture).CompareTo(number)
                : null,
            JsonValueKind.String => _date is { } date
                && DateTimeOffset.TryParse(value.GetValue<string>(), CultureInfo.InvariantCulture, out var dated)
                ? dated.CompareTo(date)
                : Math.Sign(string.Compare(value.GetValue<string>(), _text, comparison)),
            _ => null,
        };
    }
}

using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>
/// Reads the part of OData's filter language that Graph's directory has: <c>and or not eq ne ge le in startsWith endsWith contains</c>,
/// <c>any</c> over collections, and <c>/$count</c>.
/// </summary>
/// <param name="text">The filter.</param>
/// <param name="operatorsOf">The operators that a field supports, as words; null for a field that does not exist.</param>
internal sealed class FilterParser(string text, Func<string, string?> operatorsOf)
{
    private const string Attributes = "customSecurityAttributes/";

    private static readonly IReadOnlyList<string> Operators = ["eq", "ne", "ge", "le", "gt", "lt", "in"];

    private readonly FilterText _text = new(text);
    private string? _advanced;
    private bool _readsAttributes;

    public Filter Parse()
    {
        var test = Any(null);
        return _text.IsAtEnd ? new Filter(test, _advanced, _readsAttributes)
            : throw GraphErrorException.BadRequest($"Invalid filter clause: '{_text.Peek}' is not expected here.");
    }

    private FilterTest Any(string? variable)
    {
        var test = All(variable);
        while (_text.Take("or"))
        {
            var (left, right) = (test, All(variable));
            test = row => left(row) || right(row);
        }

        return test;
    }

    private FilterTest All(string? variable)
    {
        var test = One(variable);
        while (_text.Take("and"))
        {
            var (left, right) = (test, One(variable));
            test = row => left(row) && right(row);
        }

        return test;
    }

    private FilterTest One(string? variable)
    {
        if (_text.Take("not"))
        {
            _advanced ??= "Not";
            var test = One(variable);
            return row => !test(row);
        }

        if (_text.Take("("))
        {
            var test = Any(variable);
            _text.Expect(")");
            return test;
        }

        var word = _text.Next();
        return _text.Take("(")
            ? word.EndsWith("/any", StringComparison.OrdinalIgnoreCase) ? AnyElement(word[..^"/any".Length]) : Function(word, variable)
            : Comparison(word, variable);
    }

    /// <summary><c>tags/any(t:t eq 'x')</c>.</summary>
    private FilterTest AnyElement(string path)
    {
        // A cast in front selects rows by their type; the others lack the field.
        var field = path.StartsWith("microsoft.graph.", StringComparison.OrdinalIgnoreCase) ? path[(path.IndexOf('/') + 1)..] : path;
        Require(field, "any");
        var variable = _text.Next();
        _text.Expect(":");
        var test = Any(variable);
        _text.Expect(")");
        return row => row(field) is JsonArray values && values.Any(value => test(name => name == variable ? value : null));
    }

    private FilterTest Function(string name, string? variable)
    {
        Func<string, string, StringComparison, bool> test = name.ToUpperInvariant() switch
        {
            "STARTSWITH" => (value, part, comparison) => value.StartsWith(part, comparison),
            "ENDSWITH" => (value, part, comparison) => value.EndsWith(part, comparison),
            "CONTAINS" => (value, part, comparison) => value.Contains(part, comparison),
            _ => throw GraphErrorException.BadRequest($"Invalid filter clause: An unknown function with name '{name}' was found."),
        };
        if (name.Equals("endsWith", StringComparison.OrdinalIgnoreCase))
        {
            _advanced ??= "EndsWith";
        }

        var field = Field(_text.Next(), name, variable);
        _text.Expect(",");
        var part = new FilterLiteral(_text.Next()).Text;
        _text.Expect(")");
        if (_text.Take("eq"))
        {
            _text.Expect("true");
        }

        return row => Values(row(field)).Any(
            value => value is JsonValue text && text.TryGetValue<string>(out var whole) && test(whole, part, CaseOf(field)));
    }

    private FilterTest Comparison(string path, string? variable)
    {
        var name = _text.Next();
        if (!Operators.Contains(name, StringComparer.OrdinalIgnoreCase))
        {
            throw GraphErrorException.BadRequest($"Invalid filter clause: '{name}' is no operator.");
        }

        var field = Field(path, name, variable);
        if (name.Equals("in", StringComparison.OrdinalIgnoreCase))
        {
            _text.Expect("(");
            var among = new List<FilterLiteral>();
            do
            {
                among.Add(new(_text.Next()));
            }
            while (_text.Take(","));
            _text.Expect(")");
            return row => Values(row(field)).Any(value => among.Any(each => each.Compare(value, CaseOf(field)) == 0));
        }

        var literal = new FilterLiteral(_text.Next());
        Func<int?, bool> test = name.ToUpperInvariant() switch
        {
            "EQ" or "NE" => order => order == 0,
            "GE" => order => order >= 0,
            "LE" => order => order <= 0,
            "GT" => order => order > 0,
            _ => order => order < 0,
        };
        var negates = name.Equals("ne", StringComparison.OrdinalIgnoreCase);
        return row => negates != Values(row(field)).Any(value => test(literal.Compare(value, CaseOf(field))));
    }

    private string Field(string path, string operation, string? variable)
    {
        if (path == variable)
        {
            return path;
        }

        Require(path, operation);
        if (operation.Equals("ne", StringComparison.OrdinalIgnoreCase))
        {
            _advanced ??= "NotEqualsMatch";
        }

        if (path.EndsWith("/$count", StringComparison.OrdinalIgnoreCase))
        {
            _advanced ??= "Count";
        }

        if (path.StartsWith(Attributes, StringComparison.OrdinalIgnoreCase))
        {
            _readsAttributes = true;
            _advanced ??= "CustomSecurityAttributes";
        }

        return path;
    }

    private void Require(string path, string operation)
    {
        var operators = operatorsOf(path) ?? throw GraphErrorException.BadRequest(
            $"Invalid filter clause: Could not find a property named '{path}'.");
        if (!operators.Split(' ').Contains(operation, StringComparer.OrdinalIgnoreCase))
        {
            throw GraphErrorException.Unsupported($"Unsupported or invalid query filter clause specified for property '{path}'.");
        }
    }

    /// <summary>A collection matches when one of its elements does.</summary>
    private static IReadOnlyList<JsonNode?> Values(JsonNode? value) => value is JsonArray values ? [.. values] : [value];

    private static StringComparison CaseOf(string field) =>
        field.StartsWith(Attributes, StringComparison.OrdinalIgnoreCase)
            ? StringComparison.Ordinal
            : StringComparison.OrdinalIgnoreCase;
}

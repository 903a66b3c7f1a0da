using System.Collections.Frozen;

namespace WorkloadIdentity.Testing;

/// <summary>A relation whose objects are put into the rows: <c>$expand=owners($select=id)</c>.</summary>
internal sealed record GraphExpand(string Name, FrozenSet<string>? Select)
{
    /// <summary>Graph sends this many related objects and no link to more.</summary>
    public const int Most = 20;

    public static GraphExpand? Read(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        var name = text.Trim();
        FrozenSet<string>? select = null;
        if (name.IndexOf('(', StringComparison.Ordinal) is var at and > 0)
        {
            var options = name.EndsWith(')') ? name[(at + 1)..^1] : throw GraphErrorException.BadRequest("Invalid $expand clause.");
            name = name[..at];
            foreach (var option in options.Split(';', StringSplitOptions.TrimEntries))
            {
                select = option.StartsWith("$select=", StringComparison.OrdinalIgnoreCase)
                    ? Names(option["$select=".Length..])
                    : throw GraphErrorException.BadRequest($"The option '{option}' is not supported in $expand.");
            }
        }

        // Not found in a public source: the published examples all expand one relation.
        return name.Contains(',', StringComparison.Ordinal)
            ? throw GraphErrorException.Unsupported("Only one relation can be expanded in a request.")
            : new(name, select);
    }

    public static FrozenSet<string> Names(string list) => list
        .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        .ToFrozenSet(StringComparer.OrdinalIgnoreCase);
}

using System.Text.RegularExpressions;

namespace WorkloadIdentity.Tests;

/// <summary>The types of Graph's v1.0 metadata, from the reference.</summary>
internal sealed partial class GraphTypes
{
    private readonly Dictionary<string, (string? Base, HashSet<string> Properties)> _types = [];

    private GraphTypes()
    {
    }

    public static GraphTypes Read()
    {
        var types = new GraphTypes();
        HashSet<string>? current = null;
        foreach (var line in GraphReference.Read("csdl-v1.txt").Split('\n'))
        {
            if (Type().Match(line) is { Success: true } type)
            {
                current = [];
                types._types[type.Groups["name"].Value] = (type.Groups["base"].Value is "None" ? null : type.Groups["base"].Value, current);
            }
            else if (Property().Match(line) is { Success: true } property)
            {
                current?.Add(property.Groups["name"].Value);
            }
            else
            {
                current = null;
            }
        }

        return types;
    }

    public bool Has(string type) => _types.ContainsKey(type);

    /// <summary>Whether a type, or one that it derives from, has a property or relation.</summary>
    public bool Has(string type, string property)
    {
        for (var name = type; name is not null && _types.TryGetValue(name, out var found); name = found.Base)
        {
            if (found.Properties.Contains(property))
            {
                return true;
            }
        }

        return property == "id";
    }

    [GeneratedRegex(@"\A== (?:Entity|Complex)Type microsoft\.graph\.(?<name>\w+) base=(?<base>\w+)")]
    private static partial Regex Type();

    [GeneratedRegex(@"\A   (?:nav )?(?<name>\w+): ")]
    private static partial Regex Property();
}

using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace WorkloadIdentity.Testing;

/// <summary>
/// A policy's rule over custom security attributes: <c>CustomSecurityAttribute.Set_Name -eq "value"</c>, several of them joined with
/// <c>-and</c>. The spelling is not found in a public source.
/// </summary>
internal static partial class AttributeRule
{
    /// <summary>Whether the attributes satisfy a rule; null for a rule that cannot be read.</summary>
    public static bool? Holds(string rule, JsonObject? attributes)
    {
        var result = true;
        foreach (var part in rule.Split(" -and ", StringSplitOptions.TrimEntries))
        {
            if (Comparison().Match(part) is not { Success: true } match)
            {
                return null;
            }

            var value = (attributes?[match.Groups["set"].Value] as JsonObject)?[match.Groups["name"].Value];
            var isEqual = (value is JsonArray values ? values.Select(each => each?.ToString()) : [value?.ToString()])
                .Contains(match.Groups["value"].Value);
            result &= match.Groups["operator"].Value == "eq" ? isEqual : !isEqual;
        }

        return result;
    }

    [GeneratedRegex("""\ACustomSecurityAttribute\.(?<set>[A-Za-z0-9]+)_(?<name>[A-Za-z0-9]+) -(?<operator>eq|ne) "(?<value>[^"]*)"\z""")]
    private static partial Regex Comparison();
}

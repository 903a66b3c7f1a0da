using System.Text.RegularExpressions;

namespace WorkloadIdentity.Tests;

/// <summary>Which application permissions each path of Graph accepts, and which is the least, from the reference.</summary>
internal sealed partial class GraphPathPermissions
{
    private readonly Dictionary<string, IReadOnlyList<(string Name, bool IsLeast)>> _byCall = [];

    private GraphPathPermissions()
    {
    }

    public static GraphPathPermissions Read()
    {
        var permissions = new GraphPathPermissions();
        foreach (Match row in Row().Matches(GraphReference.Read("permissions.txt")))
        {
            permissions._byCall[Key(row.Groups["method"].Value, row.Groups["path"].Value)] =
                [.. row.Groups["permissions"].Value.Split(',', StringSplitOptions.TrimEntries)
                    .Select(name => (name.TrimEnd('*'), name.EndsWith('*')))];
        }

        return permissions;
    }

    /// <summary>What a call accepts; null when the reference does not have it.</summary>
    public IReadOnlyList<(string Name, bool IsLeast)>? Of(string method, string path) => _byCall.GetValueOrDefault(Key(method, path));

    public bool IsLeastSomewhere(string permission) => _byCall.Values.Any(accepted => accepted.Contains((permission, true)));

    private static string Key(string method, string path) =>
        $"{method} {Parameter().Replace(path.Trim().Trim('/').ToLowerInvariant(), "{}")}";

    [GeneratedRegex(@"^(?<method>[A-Z]+) +(?<path>/\S+)\s+=> (?<permissions>.+?)\r?$", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Parameter();
}

using System.Text.RegularExpressions;

namespace WorkloadIdentity.Tests;

/// <summary>The examples of docs/emulator.md and docs/emulator-admin.md, as the tests run them.</summary>
internal static partial class EmulatorDocs
{
    /// <summary>The whole file with every port set to 0, so that tests can run in parallel.</summary>
    public static string Example() => Port().Replace(Block().Match(Repository.Read("docs/emulator.md")).Groups[1].Value, "$1: 0");

    /// <summary>Every call of the admin API on the page: method, path, and the body if there is one.</summary>
    public static IReadOnlyList<(string Method, string Path, string? Body)> Calls() =>
    [
        .. Call().Matches(Repository.Read("docs/emulator-admin.md")).Select(match =>
            (match.Groups["method"].Value, match.Groups["path"].Value, match.Groups["body"].Success ? match.Groups["body"].Value : null)),
    ];

    [GeneratedRegex("```jsonc\\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex("(\"port\"|\"securePort\"): \\d+")]
    private static partial Regex Port();

    [GeneratedRegex(@"^(?<method>GET|POST|PATCH|DELETE) /(?<path>admin[^\s]*)(\n(?<body>\{[^\n]*\}))?$", RegexOptions.Multiline)]
    private static partial Regex Call();
}

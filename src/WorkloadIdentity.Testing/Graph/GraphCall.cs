using System.Text.Json;

namespace WorkloadIdentity.Testing;

/// <summary>One call of Graph: a request of its own, or an item of a batch.</summary>
internal sealed class GraphCall
{
    public required GraphCaller Caller { get; init; }

    public required string Method { get; init; }

    /// <summary><c>v1.0</c> or <c>beta</c>.</summary>
    public required string Version { get; init; }

    /// <summary>The segments below the version. A key in parentheses is a segment of its own.</summary>
    public required string[] Path { get; init; }

    public required IReadOnlyDictionary<string, string> Parameters { get; init; }

    public required Func<string, string?> Header { get; init; }

    /// <summary>The JSON body; undefined when there is none.</summary>
    public JsonElement Body { get; init; }

    /// <summary>The address of this version of Graph, as the caller wrote it, ending in a slash.</summary>
    public required string Address { get; init; }

    public required DateTimeOffset Now { get; init; }

    public bool IsGet => Method == "GET";

    public bool IsBeta => Version == "beta";

    public string? Parameter(string name) => Parameters.GetValueOrDefault(name);

    /// <summary>Whether the caller accepts that counts and searches lag behind changes.</summary>
    public bool IsEventual => "eventual".Equals(Header("ConsistencyLevel"), StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether members of an enumeration that were added later are to be sent by their names.</summary>
    public bool WantsUnlistedMembers => Prefers("include-unknown-enum-members");

    public bool Prefers(string preference) => Preferences.Contains(preference, StringComparer.OrdinalIgnoreCase);

    /// <summary>The preferences of the request (RFC 7240), each as it was written.</summary>
    public IEnumerable<string> Preferences =>
        (Header("Prefer") ?? "").Split([',', ';'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The value of an alternate key such as <c>appId='…'</c>; null when the key is another one.</summary>
    public static string? KeyValue(string key, string name) =>
        key.StartsWith($"{name}='", StringComparison.OrdinalIgnoreCase) && key.EndsWith('\'') ? key[(name.Length + 2)..^1] : null;

    /// <summary>
    /// Cuts a path into segments: <c>applications(appId='x')</c> is <c>applications</c> and <c>appId='x'</c>, and <c>delta()</c> is
    /// <c>delta</c>.
    /// </summary>
    public static string[] Segments(IEnumerable<string> path) =>
    [
        .. path.Select(segment => segment.EndsWith("()", StringComparison.Ordinal) ? segment[..^2] : segment).SelectMany(segment =>
            segment.IndexOf('(', StringComparison.Ordinal) is var at and > 0 && segment.EndsWith(')')
                ? new[] { segment[..at], segment[(at + 1)..^1] }
                : [segment]),
    ];
}

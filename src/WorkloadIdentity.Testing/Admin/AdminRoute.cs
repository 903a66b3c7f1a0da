using System.Collections.Immutable;

namespace WorkloadIdentity.Testing;

/// <summary>One thing the admin API does: method, path below <c>/admin</c> with <c>*</c> for what varies, and how.</summary>
internal sealed class AdminRoute(string method, string path, Func<AdminCall, EmulatedAnswer> answer)
{
    private readonly ImmutableArray<string> _path = [.. path.Split('/', StringSplitOptions.RemoveEmptyEntries)];

    public string Method => method;

    public Func<AdminCall, EmulatedAnswer> Answer => answer;

    /// <summary>Method and path, for the list of all.</summary>
    public override string ToString() => $"{method} /admin/{path}";

    /// <summary>The varying parts of a path that is this route's; null when it is not.</summary>
    public IReadOnlyList<string>? Match(ReadOnlySpan<string> asked)
    {
        if (asked.Length != _path.Length)
        {
            return null;
        }

        var parameters = new List<string>();
        for (var i = 0; i < _path.Length; i++)
        {
            if (_path[i] == "*")
            {
                parameters.Add(asked[i]);
            }
            else if (_path[i] != asked[i])
            {
                return null;
            }
        }

        return parameters;
    }
}

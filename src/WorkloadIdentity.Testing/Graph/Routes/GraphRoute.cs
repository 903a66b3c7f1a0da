namespace WorkloadIdentity.Testing;

/// <summary>One kind of call that Graph answers.</summary>
/// <param name="Path">Its path below the version; <c>{}</c> stands for a key.</param>
/// <param name="Group">What it is throttled with.</param>
/// <param name="Permissions">Any of these is enough.</param>
/// <param name="Answer">The answer to a call with these keys.</param>
internal sealed record GraphRoute(
    string Path, GraphLimitGroup Group, IReadOnlyList<string> Permissions, Func<GraphCall, IReadOnlyList<string>, GraphAnswer> Answer)
{
    private readonly string[] _parts = Path.Split('/');

    public string Method { get; init; } = "GET";

    /// <summary>What it costs in the directory, before options.</summary>
    public int Units { get; init; } = 1;

    public bool IsBeta { get; init; }

    /// <summary>Whether a POST changes something. Others only ask.</summary>
    public bool IsChange { get; init; }

    /// <summary>Which calls need none of the permissions, or other ones that the answer asks for.</summary>
    public Func<GraphCall, IReadOnlyList<string>, bool> IsOpenTo { get; init; } = (_, _) => false;

    /// <summary>Whether the caller owns the object, which permissions such as <c>Application.ReadWrite.OwnedBy</c> require.</summary>
    public Func<GraphCall, IReadOnlyList<string>, bool> IsOwned { get; init; } = (_, _) => true;

    /// <summary>The licence that it needs, and how it is refused without; null for none.</summary>
    public (EmulatedLicences Any, Func<GraphErrorException> Refusal)? Licence { get; init; }

    /// <summary>The keys of a path; null when this route is not for it.</summary>
    public IReadOnlyList<string>? Match(GraphCall call)
    {
        if (call.Path.Length != _parts.Length || call.Method != Method || (IsBeta && !call.IsBeta))
        {
            return null;
        }

        var keys = new List<string>();
        for (var at = 0; at < _parts.Length; at++)
        {
            if (_parts[at] == "{}")
            {
                keys.Add(call.Path[at]);
            }
            else if (!_parts[at].Equals(call.Path[at], StringComparison.OrdinalIgnoreCase))
            {
                return null;
            }
        }

        return keys;
    }
}

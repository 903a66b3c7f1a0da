namespace WorkloadIdentity.Testing;

/// <summary>The application roles a principal holds, per resource. Safe for concurrent use.</summary>
internal sealed class RoleAssignments
{
    private readonly Lock _gate = new();
    private readonly HashSet<(string Audience, string Role)> _assigned = [];

    public void Add(string audience, string role)
    {
        lock (_gate)
        {
            _assigned.Add((audience, role));
        }
    }

    /// <summary>All of them, in order.</summary>
    public IReadOnlyList<(string Audience, string Role)> All
    {
        get
        {
            lock (_gate)
            {
                return
                [
                    .. _assigned.OrderBy(each => each.Audience, StringComparer.Ordinal)
                        .ThenBy(each => each.Role, StringComparer.Ordinal),
                ];
            }
        }
    }

    public IReadOnlyList<string> For(string audience) =>
        [.. All.Where(assigned => assigned.Audience == audience).Select(assigned => assigned.Role)];
}

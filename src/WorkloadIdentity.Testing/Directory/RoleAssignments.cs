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

    public IReadOnlyList<string> For(string audience)
    {
        lock (_gate)
        {
            return [.. _assigned.Where(assigned => assigned.Audience == audience).Select(assigned => assigned.Role)
                .Order(StringComparer.Ordinal)];
        }
    }
}

namespace WorkloadIdentity.Testing;

/// <summary>One object of a collection.</summary>
internal abstract class GraphRow
{
    public abstract string Id { get; }
}

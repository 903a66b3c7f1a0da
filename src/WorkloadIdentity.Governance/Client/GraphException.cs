namespace WorkloadIdentity.Governance;

/// <summary>A request to Graph failed.</summary>
public sealed class GraphException : Exception
{
    internal GraphException(GraphError error, Exception? innerException = null)
        : base(error.Message, innerException)
    {
        Error = error;
    }

    /// <summary>What Graph said, and what to do.</summary>
    public GraphError Error { get; }
}

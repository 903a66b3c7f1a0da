namespace WorkloadIdentity.Governance;

/// <summary>The body of an error.</summary>
internal sealed class GraphErrorBody
{
    public Content? Error { get; init; }

    internal sealed class Content
    {
        public string? Code { get; init; }

        public string? Message { get; init; }
    }
}

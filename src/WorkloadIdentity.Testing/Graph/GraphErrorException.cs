namespace WorkloadIdentity.Testing;

/// <summary>A request that Graph refuses. It ends the request wherever it is found out, and becomes an error body.</summary>
internal sealed class GraphErrorException(int status, string code, string message) : Exception(message)
{
    public int Status => status;

    public string Code => code;

    /// <summary>What else the answer says, such as <c>Retry-After</c>.</summary>
    public List<(string Name, string Value)> Headers { get; } = [];

    /// <summary>learn.microsoft.com, "Microsoft Graph error responses": a query that is wrong in itself.</summary>
    public static GraphErrorException BadRequest(string message) => new(400, "BadRequest", message);

    /// <summary>A query that the directory does not support.</summary>
    public static GraphErrorException Unsupported(string message) => new(400, "Request_UnsupportedQuery", message);

    public static GraphErrorException Denied() =>
        new(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.");

    public static GraphErrorException NotFound(string id) => new(
        404,
        "Request_ResourceNotFound",
        $"Resource '{(id.Length <= 100 ? id : id[..100])}' does not exist or one of its queried reference-property objects are not "
        + "present.");

    public static GraphErrorException NoSegment(string segment) => new(
        400, "BadRequest", $"Resource not found for the segment '{(segment.Length <= 100 ? segment : segment[..100])}'.");

    public GraphErrorException With(string name, string value)
    {
        Headers.Add((name, value));
        return this;
    }
}

namespace WorkloadIdentity.Governance;

/// <summary>A request that changes something.</summary>
/// <param name="Method">POST, PATCH, PUT or DELETE.</param>
/// <param name="Path">The address from the version on, such as <c>v1.0/applications/…/addPassword</c>.</param>
internal sealed record GraphWrite(HttpMethod Method, string Path)
{
    public byte[]? Body { get; init; }

    /// <summary>
    /// Whether a second, equal request does no harm. A POST may create a second object, so it is sent again only if Graph did nothing.
    /// </summary>
    public bool IsRepeatable { get; init; } = Method != HttpMethod.Post;

    public LimitGroup Group { get; init; }

    public int Units { get; init; } = 1;
}

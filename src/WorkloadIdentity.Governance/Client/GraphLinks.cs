namespace WorkloadIdentity.Governance;

/// <summary>
/// Graph's links to further pages are absolute and opaque. The token goes along, so a link is followed only to the host it was asked at.
/// </summary>
internal sealed class GraphLinks(Uri endpoint)
{
    /// <summary>An address of Graph: a link, checked, or what follows the endpoint.</summary>
    /// <exception cref="GraphException">The link leads elsewhere.</exception>
    public Uri Address(string pathOrLink) =>
        Uri.TryCreate(endpoint, pathOrLink, out var link) && link.UserInfo.Length == 0
            && link.Scheme == endpoint.Scheme && link.Port == endpoint.Port
            && string.Equals(link.IdnHost, endpoint.IdnHost, StringComparison.OrdinalIgnoreCase)
                ? link
                : throw new GraphException(new GraphError(
                    GraphErrorKind.InvalidResponse,
                    $"A link to another page does not lead to {endpoint.GetLeftPart(UriPartial.Authority)}. It was not followed, because "
                        + "the access token would have gone along. Check which server answers, and any proxy in between.")
                {
                    IsStop = true,
                });
}

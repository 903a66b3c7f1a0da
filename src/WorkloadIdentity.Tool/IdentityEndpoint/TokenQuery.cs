using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;

namespace WorkloadIdentity.Tool;

/// <summary>
/// The query of a request to App Service's endpoint, api-version 2019-08-01.
/// <see href="https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference">REST endpoint
/// reference</see>.
/// </summary>
/// <param name="Resource">The resource, as the caller wrote it.</param>
/// <param name="Selector">The parameter that names an identity; null if the caller names none.</param>
/// <param name="Identity">The value of that parameter.</param>
internal sealed record TokenQuery(string Resource, string? Selector, string? Identity)
{
    public const string ClientId = "client_id";
    public const string ObjectId = "principal_id";
    public const string ResourceId = "mi_res_id";

    // The host takes both names for an object id, and libraries use both.
    private const string ObjectIdAlias = "object_id";
    private const string Version = "2019-08-01";

    /// <summary>
    /// Reads the query. App Service ignores a parameter that it does not know. Here it is refused, because a misspelt selector must not get
    /// the token of another identity.
    /// </summary>
    public static bool TryRead(
        IQueryCollection query, [NotNullWhen(true)] out TokenQuery? read, [NotNullWhen(false)] out EndpointRefusal? refusal)
    {
        (read, refusal) = (null, null);
        string? selector = null;
        foreach (var (name, values) in query)
        {
            if (values.Count != 1)
            {
                refusal = new(400, "A query parameter is there more than once.");
                return false;
            }

            var known = name.ToLowerInvariant();
            if (known is ClientId or ObjectId or ObjectIdAlias or ResourceId)
            {
                if (selector is not null)
                {
                    refusal = new(400, "Only one of client_id, principal_id and mi_res_id may name the identity.");
                    return false;
                }

                selector = name;
            }
            else if (known is not ("api-version" or "resource"))
            {
                refusal = new(400, "The query has an unknown parameter. Known: api-version, resource, client_id, principal_id, mi_res_id.");
                return false;
            }
        }

        if (query["api-version"] != Version)
        {
            refusal = new(400, $"The parameter api-version is missing or is not {Version}.");
            return false;
        }

        if (query["resource"].ToString() is not { Length: > 0 } resource)
        {
            refusal = new(400, "The parameter resource is missing.");
            return false;
        }

        var canonical = selector?.ToLowerInvariant() is ObjectIdAlias ? ObjectId : selector?.ToLowerInvariant();
        read = new TokenQuery(resource, canonical, selector is null ? null : query[selector].ToString());
        return true;
    }
}

using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace WorkloadIdentity.Tests;

/// <summary>
/// What a script does: it lists the service principals and asks six questions about each. It waits when it is throttled and asks again.
/// </summary>
internal sealed class NaiveClient(HttpClient http, Uri graph, string token, TimeProvider clock)
{
    private const int Workers = 8;

    private static readonly IReadOnlyList<string> Questions =
    [
        "v1.0/servicePrincipals/{0}/owners", "v1.0/servicePrincipals/{0}/appRoleAssignments",
        "v1.0/servicePrincipals/{0}/oauth2PermissionGrants", "v1.0/servicePrincipals/{0}/transitiveMemberOf",
        "v1.0/servicePrincipals/{0}/federatedIdentityCredentials",
        "beta/reports/servicePrincipalSignInActivities?$filter=appId eq '{1}'",
    ];

    public async Task<int> ReadAsync(CancellationToken cancellationToken)
    {
        var principals = new List<(string Id, string AppId)>();
        for (var next = "v1.0/servicePrincipals?$top=999&$select=id,appId"; next is not null;)
        {
            using var page = await GetAsync(next, cancellationToken);
            principals.AddRange(page.RootElement.GetProperty("value").EnumerateArray()
                .Select(row => (row.GetProperty("id").GetString()!, row.GetProperty("appId").GetString()!)));
            next = page.RootElement.TryGetProperty("@odata.nextLink", out var link) ? link.GetString() : null;
        }

        await Parallel.ForEachAsync(
            principals,
            new ParallelOptions { MaxDegreeOfParallelism = Workers, CancellationToken = cancellationToken },
            async (principal, ended) =>
            {
                foreach (var question in Questions)
                {
                    using var answer = await GetAsync(
                        string.Format(System.Globalization.CultureInfo.InvariantCulture, question, principal.Id, principal.AppId), ended);
                }
            });
        return principals.Count;
    }

    private async Task<JsonDocument> GetAsync(string pathOrLink, CancellationToken cancellationToken)
    {
        while (true)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(graph, pathOrLink));
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            using var response = await http.SendAsync(request, cancellationToken);
            if (response.StatusCode != HttpStatusCode.TooManyRequests)
            {
                response.EnsureSuccessStatusCode();
                return JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancellationToken));
            }

            await Task.Delay(response.Headers.RetryAfter?.Delta ?? TimeSpan.FromSeconds(1), clock, cancellationToken);
        }
    }
}

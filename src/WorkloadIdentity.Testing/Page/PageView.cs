using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>
/// The emulator's state as the page shows it: of each kind those that match a search, up to a number that a browser can show.
/// </summary>
internal static class PageView
{
    public const int Most = 100;

    public static JsonObject Of(EntraEmulator entra, string? search)
    {
        var directory = entra.Directory;
        var view = AdminView.OfServer(entra);
        view["requests"] = entra.Journal.Count;
        view["applications"] = List(directory.Applications, search, TextsOf, AdminView.Of);
        view["managedIdentities"] = List(
            directory.Identities, search, identity => [identity.ClientId, identity.ObjectId, identity.ResourceId], AdminView.Of);
        view["apis"] = List(directory.Apis, search, api => [api.Audience], AdminView.Of);
        view["issuers"] = List(directory.Issuers, search, issuer => [issuer.Url], AdminView.Of);
        view["tenants"] = List(directory.Tenants, search, tenant => [tenant.Id, .. tenant.Domains], AdminView.Of);
        return view;
    }

    private static IEnumerable<string> TextsOf(EmulatedApplication application) =>
    [
        application.ClientId, application.TenantId,
        .. application.Credentials.Federated.SelectMany(trust => new[] { trust.Issuer, trust.Subject }),
        .. application.Credentials.TrustedSubjects.Select(subject => subject.SubjectName),
    ];

    private static JsonObject List<T>(
        IEnumerable<T> all, string? search, Func<T, IEnumerable<string>> texts, Func<T, JsonObject> view)
    {
        var found = all
            .Where(each => search is null || texts(each).Any(text => text.Contains(search, StringComparison.OrdinalIgnoreCase)))
            .ToList();
        return new JsonObject
        {
            ["total"] = found.Count,
            ["items"] = new JsonArray([.. found.Take(Most).Select(each => (JsonNode)view(each))]),
        };
    }
}

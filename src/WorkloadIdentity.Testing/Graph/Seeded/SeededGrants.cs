namespace WorkloadIdentity.Testing;

/// <summary>
/// The delegated permission grants of a generated directory: one for all users to each client, and one of a single user to every second.
/// </summary>
internal static class SeededGrants
{
    public static readonly IReadOnlyList<string> Scopes =
        ["User.Read", "Mail.Read", "Files.Read.All", "Calendars.Read", "Directory.AccessAsUser.All", "offline_access"];

    public static GrantRow At(SeededTenant tenant, int place)
    {
        var isForAll = place < tenant.Count;
        var client = isForAll ? place : (place - tenant.Count) * 2;
        var resource = place % 2 == 0 ? 0 : place / 2 % tenant.Resources;
        var other = 1 + tenant.Ids.Draw(SeededKind.Grant, place, 1, Scopes.Count - 1);
        return new(
            Id(tenant, place),
            tenant.PrincipalId(client),
            tenant.PrincipalId(tenant.ResourcePrincipal(resource)),
            isForAll ? null : SeededOwners.User(tenant, client).Id,
            $"{(place % 3 == 0 ? " " : "")}{Scopes[0]} {Scopes[other]}");
    }

    public static GrantRow? Find(SeededTenant tenant, string id) =>
        tenant.Ids.Index(SeededKind.Grant, id) is { } place && place < tenant.Grants ? At(tenant, (int)place) : null;

    /// <summary>The grants that a client holds.</summary>
    public static IEnumerable<GrantRow> Of(SeededTenant tenant, int client)
    {
        yield return At(tenant, client);
        if (client % 2 == 0 && client / 2 < tenant.Grants - tenant.Count)
        {
            yield return At(tenant, tenant.Count + (client / 2));
        }
    }

    private static string Id(SeededTenant tenant, int place) => tenant.Ids.Id(SeededKind.Grant, place);
}

using System.Globalization;
using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>
/// Users and service principals where something refers to them. Who may not read users gets their type and id, and null for the rest: that
/// is no error in Graph.
/// </summary>
internal sealed class DirectoryObjects(GraphDirectory directory)
{
    public IEnumerable<JsonObject> Write(IEnumerable<DirectoryReference> references, GraphCall call, GraphExpand? expand) =>
        references.Select(reference => Write(reference, call, expand)).OfType<JsonObject>();

    /// <summary>The object; null when it was deleted.</summary>
    public JsonObject? Write(DirectoryReference reference, GraphCall call, GraphExpand? expand)
    {
        if (reference.IsUser)
        {
            return User(reference.Id, call, expand);
        }

        if (directory.Principals().Find(reference.Id) is { } principal)
        {
            return Chosen(
                new()
                {
                    ["id"] = principal.Id,
                    ["accountEnabled"] = principal.IsEnabled,
                    ["appDisplayName"] = principal.DisplayName,
                    ["appId"] = principal.AppId,
                    ["displayName"] = principal.DisplayName,
                    ["servicePrincipalType"] = principal.Kind,
                },
                "servicePrincipal",
                expand,
                isHidden: !call.Caller.HasAny(GraphPermissions.ReadApplications));
        }

        return directory.Applications().Find(reference.Id) is { } application
            ? Chosen(
                new() { ["id"] = application.Id, ["appId"] = application.AppId, ["displayName"] = application.DisplayName },
                "application",
                expand,
                isHidden: !call.Caller.HasAny(GraphPermissions.ReadApplications))
            : null;
    }

    /// <summary>Any object by its id, whatever it is.</summary>
    public JsonObject? Find(string id, GraphCall call) =>
        Write(new DirectoryReference(directory.Seeded.Ids.Index(SeededKind.User, id) is not null, id), call, null);

    private JsonObject? User(string id, GraphCall call, GraphExpand? expand)
    {
        if (directory.Seeded.Ids.Index(SeededKind.User, id) is not { } index || index >= directory.Seeded.Users)
        {
            return null;
        }

        var number = index.ToString(CultureInfo.InvariantCulture);
        return Chosen(
            new()
            {
                ["id"] = id,
                ["businessPhones"] = new JsonArray(),
                ["displayName"] = $"User {number}",
                ["givenName"] = "User",
                ["jobTitle"] = null,
                ["mail"] = $"user{number}@contoso.example",
                ["mobilePhone"] = null,
                ["officeLocation"] = null,
                ["preferredLanguage"] = null,
                ["surname"] = number,
                ["userPrincipalName"] = $"user{number}@contoso.example",

                // Selected by name only: an owner who left is still there, disabled.
                ["accountEnabled"] = index % 11 != 3,
            },
            "user",
            expand,
            isHidden: !call.Caller.HasAny(GraphPermissions.ReadUsers));
    }

    private static JsonObject Chosen(JsonObject all, string type, GraphExpand? expand, bool isHidden)
    {
        var chosen = new JsonObject { ["@odata.type"] = $"#microsoft.graph.{type}" };
        foreach (var (name, value) in all)
        {
            if (name == "id" || (expand?.Select is { } select ? select.Contains(name) : type != "user" || name != "accountEnabled"))
            {
                chosen[name] = isHidden && name != "id" ? null : value?.DeepClone();
            }
        }

        return chosen;
    }
}

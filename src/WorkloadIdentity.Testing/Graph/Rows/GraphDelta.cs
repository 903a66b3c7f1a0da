using System.Globalization;
using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>
/// <c>/delta</c> of a collection: everything at first, page by page, and then what changed (learn.microsoft.com, "Use delta query to track
/// changes in Microsoft Graph data").
/// </summary>
internal sealed class GraphDelta<T>(string name, GraphSet<T> set, OpaqueToken tokens, DirectoryChanges changes) where T : GraphRow
{
    private const int DefaultPage = 200;
    private const string Page = "delta page";
    private const string Link = "delta";

    /// <summary>How long a link to changes is good for: the same page says seven days for directory objects.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(7);

    public GraphAnswer Answer(GraphCall call, GraphRows<T> rows, IReadOnlyList<(string Id, string State)> own)
    {
        changes.Watch(name, own);
        if (call.Parameter("$filter") is not null || call.Parameter("$orderby") is not null || call.Parameter("$search") is not null)
        {
            throw GraphErrorException.BadRequest("Delta queries support $select and $expand, and no other options.");
        }

        var token = call.Parameter("$deltatoken");
        if (token is not (null or "latest"))
        {
            return Changed(call, rows, token);
        }

        if (call.Parameter("$skiptoken") is { } skip)
        {
            return tokens.Open(skip) is [Page, var of, var select, var place, var number] && of == name
                ? Initial(call, rows, Number(place), long.Parse(number, CultureInfo.InvariantCulture), select)
                : throw Expired(call);
        }

        var chosen = call.Parameter("$select") ?? "";
        return token is null ? Initial(call, rows, 0, changes.Last, chosen) : Ok(call, [], DeltaLink(call, changes.Last, chosen));
    }

    private GraphAnswer Initial(GraphCall call, GraphRows<T> rows, int place, long number, string select)
    {
        var selected = With(call, select);
        var query = GraphQuery.Read(selected);
        set.Type.Check(query, selected);
        var page = new JsonArray();
        var size = PageSize(call);
        while (place < rows.Count && page.Count < size)
        {
            if (rows[place++] is { } row)
            {
                page.Add((JsonNode)Identified(row, query, selected));
            }
        }

        return Ok(call, page, place < rows.Count
            ? ("@odata.nextLink", Address(call, "$skiptoken", tokens.Seal(
                Page, name, select, place.ToString(CultureInfo.InvariantCulture), number.ToString(CultureInfo.InvariantCulture))))
            : DeltaLink(call, number, select));
    }

    private GraphAnswer Changed(GraphCall call, GraphRows<T> rows, string token)
    {
        if (tokens.Open(token) is not [Link, var of, var select, var number, var since]
            || of != name
            || call.Now - DateTimeOffset.FromUnixTimeSeconds(long.Parse(since, CultureInfo.InvariantCulture)) > Lifetime)
        {
            throw Expired(call);
        }

        var selected = With(call, select);
        var query = GraphQuery.Read(selected);
        var last = changes.Last;
        var page = new JsonArray();
        foreach (var (id, isDeleted) in changes.Between(name, long.Parse(number, CultureInfo.InvariantCulture), last))
        {
            if (isDeleted)
            {
                page.Add((JsonNode)new JsonObject { ["id"] = id, ["@removed"] = new JsonObject { ["reason"] = "deleted" } });
            }
            else if (rows.Find(id) is { } row)
            {
                page.Add((JsonNode)Identified(row, query, selected));
            }
        }

        return Ok(call, page, DeltaLink(call, last, select));
    }

    /// <summary>A row of changes always says which object it is of.</summary>
    private JsonObject Identified(T row, GraphQuery query, GraphCall call)
    {
        var json = set.Type.Write(row, query, call);
        json["id"] = row.Id;
        return json;
    }

    private GraphAnswer Ok(GraphCall call, JsonArray page, (string Name, string Link) link) => GraphAnswer.Ok(new JsonObject
    {
        ["@odata.context"] = $"{call.Address}$metadata#{name}",
        [link.Name] = link.Link,
        ["value"] = page,
    });

    private (string, string) DeltaLink(GraphCall call, long number, string select) => ("@odata.deltaLink", Address(
        call, "$deltatoken", tokens.Seal(
            Link, name, select, number.ToString(CultureInfo.InvariantCulture),
            call.Now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture))));

    private string Address(GraphCall call, string parameter, string token) => $"{call.Address}{name}/delta?{parameter}={token}";

    private GraphErrorException Expired(GraphCall call) => new GraphErrorException(
        410, "syncStateNotFound", "The sync state generation is not found; continue with a full synchronization.")
        .With("Location", Address(call, "$deltatoken", ""));

    /// <summary>The selection of the first request is part of the token.</summary>
    private static GraphCall With(GraphCall call, string select) => new()
    {
        Caller = call.Caller,
        Method = call.Method,
        Version = call.Version,
        Path = call.Path,
        Parameters = select.Length == 0 ? new Dictionary<string, string>() : new Dictionary<string, string> { ["$select"] = select },
        Header = call.Header,
        Address = call.Address,
        Now = call.Now,
    };

    private static int PageSize(GraphCall call) =>
        call.Preferences.Select(preference => preference.Split('=')).FirstOrDefault(
            preference => preference is ["odata.maxpagesize", _]) is [_, var size] && int.TryParse(size, out var wanted) && wanted > 0
            ? Math.Min(wanted, GraphQuery.MaxPage)
            : DefaultPage;

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}

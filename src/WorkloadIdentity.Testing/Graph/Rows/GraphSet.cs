using System.Globalization;
using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>A collection that can be listed, counted and read one by one.</summary>
/// <param name="name">Its name in <c>@odata.context</c>.</param>
/// <param name="type">The type of its objects.</param>
/// <param name="tokens">Makes the tokens of its links.</param>
internal sealed class GraphSet<T>(string name, GraphType<T> type, OpaqueToken tokens) where T : GraphRow
{
    private const string NextPage = "page";

    public GraphType<T> Type => type;

    public GraphAnswer List(GraphCall call, GraphRows<T> rows)
    {
        var query = GraphQuery.Read(call);
        var matches = Matches(query, call);
        var page = new JsonArray();
        var ordered = Ordered(rows, query, call);
        var place = Place(query, call);
        while (place < ordered.Count && page.Count < query.Page)
        {
            if (ordered[place++] is { } row && matches(row))
            {
                page.Add((JsonNode)type.Write(row, query, call));
            }
        }

        var body = new JsonObject { ["@odata.context"] = Context(query, call) };
        if (query.Count && call.IsEventual && call.Parameter("$skiptoken") is null)
        {
            body["@odata.count"] = ordered.All().Count(matches);
        }

        // Rows of which none may match any more: as Graph does, the next page may be empty.
        if (place < ordered.Count)
        {
            body["@odata.nextLink"] = Link(call, tokens.Seal(
                NextPage, name, query.Fingerprint, place.ToString(CultureInfo.InvariantCulture)));
        }

        body["value"] = page;
        return GraphAnswer.Ok(body);
    }

    /// <summary><c>/$count</c>: a number as plain text.</summary>
    public GraphAnswer Count(GraphCall call, GraphRows<T> rows)
    {
        // The one error for it that Graph has; learn.microsoft.com tells to add the header.
        if (!call.IsEventual)
        {
            throw new GraphErrorException(400, "Request_BadRequest", "$count is not currently supported.");
        }

        var matches = Matches(GraphQuery.Read(call), call, counts: true);
        return GraphAnswer.Ok(JsonValue.Create(rows.All().Count(matches)));
    }

    public GraphAnswer Single(GraphCall call, GraphRows<T> rows, string key)
    {
        var query = GraphQuery.Read(call);
        type.Check(query, call);
        RequireAttributes(query.Selects("customSecurityAttributes"), call);
        var row = rows.Find(key) ?? throw GraphErrorException.NotFound(key);
        var body = new JsonObject { ["@odata.context"] = $"{Context(query, call)}/$entity" };
        foreach (var (property, value) in type.Write(row, query, call).ToList())
        {
            body[property] = value?.DeepClone();
        }

        return GraphAnswer.Ok(body);
    }

    private static void RequireAttributes(bool areRead, GraphCall call)
    {
        if (areRead)
        {
            call.Caller.Require(GraphPermissions.ReadAttributeValues);
        }
    }

    /// <summary>Checks the query, and answers which rows it asks for.</summary>
    private Func<T, bool> Matches(GraphQuery query, GraphCall call, bool counts = false)
    {
        type.Check(query, call);
        var filter = query.Filter is { } text ? new FilterParser(text, field => type.OperatorsOf(field, call)).Parse() : null;
        filter?.Check(call, counts || query.Count);
        RequireAttributes(filter?.ReadsAttributes == true || query.Selects("customSecurityAttributes"), call);
        if (query.OrderBy is { } property)
        {
            if (type.OperatorsOf(property, call) is null or "")
            {
                throw GraphErrorException.Unsupported($"Sorting not supported for property '{property}'.");
            }

            if (filter is not null && !(call.IsEventual && query.Count))
            {
                throw GraphErrorException.Unsupported("Sorting not supported for current query.");
            }
        }

        return row => (filter is null || filter.Matches(type.Fields(row, call)))
            && (query.Search is null || Contains(type.Fields(row, call)("displayName"), query.Search));
    }

    private static bool Contains(JsonNode? value, string words) =>
        value is JsonValue text && words.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .All(word => text.GetValue<string>().Contains(word, StringComparison.OrdinalIgnoreCase));

    private GraphRows<T> Ordered(GraphRows<T> rows, GraphQuery query, GraphCall call)
    {
        if (query.OrderBy is not { } property)
        {
            return rows;
        }

        string Key(T row) => type.Fields(row, call)(property)?.ToString() ?? "";
        return GraphRows<T>.Of(
            [.. query.IsDescending
                ? rows.All().OrderByDescending(Key, StringComparer.OrdinalIgnoreCase)
                : rows.All().OrderBy(Key, StringComparer.OrdinalIgnoreCase)]);
    }

    /// <summary>Where the page begins: a link that was built anew, with other options, is refused.</summary>
    private int Place(GraphQuery query, GraphCall call) => call.Parameter("$skiptoken") is not { } token ? 0
        : tokens.Open(token) is [NextPage, var set, var fingerprint, var place] && set == name && fingerprint == query.Fingerprint
            ? int.Parse(place, CultureInfo.InvariantCulture)
            : throw new GraphErrorException(
                400,
                "Directory_ExpiredPageToken",
                "The specified page token value has expired and can no longer be included in your request.");

    private static string Link(GraphCall call, string token)
    {
        var parameters = call.Parameters.Where(parameter => !parameter.Key.Equals("$skiptoken", StringComparison.OrdinalIgnoreCase))
            .Select(parameter => $"{parameter.Key}={Uri.EscapeDataString(parameter.Value)}");
        return $"{call.Address}{Text(call.Path)}?{string.Join('&', parameters.Append($"$skiptoken={token}"))}";
    }

    private static string Text(string[] path) => string.Join('/', path.Select((segment, index) =>
        segment.Contains('=', StringComparison.Ordinal) ? $"({segment})" : segment)).Replace("/(", "(", StringComparison.Ordinal);

    private string Context(GraphQuery query, GraphCall call) =>
        $"{call.Address}$metadata#{name}{(query.Select is null ? "" : $"({string.Join(',', query.Select)})")}";
}

using System.Text.Json.Nodes;

namespace WorkloadIdentity.Governance;

/// <summary>
/// Creates and changes what governs workloads: Conditional Access policies, access reviews, custom security attributes and app management
/// policies. Each method compares the tenant with what is wanted and returns a plan, which is empty if everything is so already. Safe for
/// concurrent use.
/// </summary>
/// <param name="graph">The client. It is not disposed.</param>
public sealed partial class GovernanceSetup(GraphClient graph)
{
    /// <summary>The object with an id, else the one of a name; null if there is none of that name.</summary>
    private async Task<JsonObject?> FindAsync(Collection of, string? id, string? name, CancellationToken cancellationToken)
    {
        if (id is not null)
        {
            return await ReadAsync(of, id, cancellationToken).ConfigureAwait(false);
        }

        // The list may leave members out, and what is sent back as a whole must have been read as a whole.
        return await NamedAsync(of, name, cancellationToken).ConfigureAwait(false) switch
        {
            [] => null,
            [var one] => await ReadAsync(of, one, cancellationToken).ConfigureAwait(false),
            var found => throw new ChangeRefusedException(
                $"{found.Count} objects of {of.Path} have the name '{PlainText.Of(name)}': {string.Join(", ", found)}. Rename or remove "
                    + "all but one, or name a policy by its Id."),
        };
    }

    /// <summary>The ids of the objects of a name.</summary>
    private async Task<List<string>> NamedAsync(Collection of, string? name, CancellationToken cancellationToken)
    {
        var found = new List<string>();
        await foreach (var row in graph.ListAsync(
            new GraphRead<JsonObject>(of.Path, json => json.JsonObjects) { Group = of.Group }, cancellationToken).ConfigureAwait(false))
        {
            if (DesiredJson.String(row["displayName"]) == name && DesiredJson.String(row["id"]) is { } same)
            {
                found.Add(same);
            }
        }

        return found;
    }

    private async Task<JsonObject> ReadAsync(Collection of, string id, CancellationToken cancellationToken)
    {
        try
        {
            return await graph.ReadAsync(
                new GraphRead<JsonObject>(of.PathOf(id), json => json.JsonObjects) { Group = of.Group, Single = json => json.JsonObject },
                cancellationToken).ConfigureAwait(false);
        }
        catch (GraphException exception) when (exception.Error.Kind == GraphErrorKind.NotFound)
        {
            throw new ChangeRefusedException(
                $"The tenant has no {of.Word} with the id '{PlainText.Of(id)}'. Leave the id out to create one.", exception);
        }
    }

    private PlannedChange Create(Collection of, JsonObject wanted) => new(
        $"Create it: {DesiredJson.Text(wanted)}",
        $"az rest --method DELETE --url {new Uri(graph.Endpoint, of.Path)}/ID, with the id that is told when it has been made",
        async cancel =>
        {
            var name = DesiredJson.String(wanted["displayName"]);
            if ((await NamedAsync(of, name, cancel).ConfigureAwait(false)).Count > 0)
            {
                throw Outdated(of, name);
            }

            var made = await graph.WriteAsync(
                new GraphWrite(HttpMethod.Post, of.Path) { Body = DesiredJson.Bytes(wanted), Group = of.Group }, json => json.JsonObject,
                cancel).ConfigureAwait(false);
            var id = PlainText.Of(DesiredJson.String(made["id"]));

            // Names are not unique in Graph, so two machines may both find none and create one each.
            var others = (await NamedAsync(of, name, cancel).ConfigureAwait(false)).Where(other => !OpenText.Same(other, id)).ToList();
            return others.Count == 0 ? $"id {id}" : throw new ChangeRefusedException(
                $"The {of.Word} '{PlainText.Of(name)}' was created (id {id}), and somebody else created one of the same name at the same "
                    + $"time (id {PlainText.Of(string.Join(", ", others))}). Both are in the tenant. Remove one of them, then make the "
                    + $"plan again: az rest --method DELETE --url {new Uri(graph.Endpoint, of.Path)}/ID");
        });

    /// <summary>The change of an object; none if it is as it is wanted. What is not wanted otherwise goes along as it is.</summary>
    /// <param name="of">Where the object is.</param>
    /// <param name="existing">The object as it was read.</param>
    /// <param name="wanted">What it shall be.</param>
    /// <param name="isWhole">Whether Graph takes the object as a whole only.</param>
    private IReadOnlyList<PlannedChange> Change(Collection of, JsonObject existing, JsonObject wanted, bool isWhole = false)
    {
        var before = DesiredJson.Content(existing);
        var differences = DesiredJson.Differences(wanted, of.Normalized(before)).ToList();
        if (differences.Count == 0)
        {
            return [];
        }

        var body = DesiredJson.Over(before, wanted);
        foreach (var name in body.Select(member => member.Key).ToList())
        {
            if (!isWhole && !differences.Exists(each => each.Path.Split('/')[0] == name))
            {
                body.Remove(name);
            }
        }

        var id = DesiredJson.String(existing["id"]) ?? "";
        return
        [
            new PlannedChange(
                $"Change {string.Join("; ", differences.Select(each =>
                    $"{each.Path} from {DesiredJson.Text(each.Existing)} to {DesiredJson.Text(each.Wanted)}"))}.",
                $"Change {string.Join("; ", differences.Select(each => $"{each.Path} back to {DesiredJson.Text(each.Existing)}"))}.",
                async cancel =>
                {
                    var now = DesiredJson.Content(await ReadAsync(of, id, cancel).ConfigureAwait(false));
                    if (!JsonNode.DeepEquals(now, before))
                    {
                        throw Outdated(of, DesiredJson.String(before["displayName"]));
                    }

                    await graph.WriteAsync(
                        new GraphWrite(isWhole ? HttpMethod.Put : HttpMethod.Patch, of.PathOf(id))
                        {
                            Body = DesiredJson.Bytes(body),
                            Group = of.Group,
                        },
                        cancel).ConfigureAwait(false);
                    return null;
                }),
        ];
    }

    private static ChangeRefusedException Outdated(Collection of, string? name) => new(
        $"The {of.Word} '{PlainText.Of(name)}' was created or changed since the plan was made. Make the plan again.");

    /// <summary>A collection of Graph.</summary>
    /// <param name="Path">Its address from the version on.</param>
    /// <param name="Word">What an object of it is called.</param>
    /// <param name="Group">The limits that apply.</param>
    private sealed record Collection(string Path, string Word, LimitGroup Group = LimitGroup.Directory)
    {
        /// <summary>An object as it would be if Graph answered as it was written to.</summary>
        public Func<JsonObject, JsonObject> Normalized { get; init; } = answer => answer;

        public string PathOf(string id) => $"{Path}/{Uri.EscapeDataString(id)}";

        public string Target(string? name, JsonObject? existing) => existing is null
            ? $"{Word} '{PlainText.Of(name)}' (new)"
            : $"{Word} '{Plain(existing["displayName"])}' (id {Plain(existing["id"])})";

        private static string Plain(JsonNode? text) => PlainText.Of(DesiredJson.String(text));
    }
}

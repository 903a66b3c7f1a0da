using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace WorkloadIdentity.Governance;

/// <summary>
/// Compares what is wanted with what Graph has, and lays one over the other. Only what is wanted counts: a member that is not named stays
/// as it is. Null, an empty list and no member are the same. The order of a list does not count.
/// </summary>
internal static class DesiredJson
{
    private const int Longest = 4000;

    /// <summary>What Graph writes into an object by itself. It is not sent back, and does not count as a change.</summary>
    private static readonly IReadOnlyList<string> OfGraph =
    [
        "id", "createdBy", "createdDateTime", "modifiedDateTime", "lastModifiedDateTime", "deletedDateTime", "status", "instances",
    ];

    /// <summary>Notes of OData that are no part of an object. The type of a value is one.</summary>
    private static readonly IReadOnlyList<string> Notes =
        ["@odata.context", "@odata.id", "@odata.etag", "@odata.editLink", "@odata.navigationLink", "@odata.associationLink"];

    /// <summary>Texts that people write. All other ones are ids and members of enumerations, whose case does not count.</summary>
    private static readonly IReadOnlyList<string> Exact =
        ["displayName", "description", "descriptionForReviewers", "descriptionForAdmins", "rule"];

    /// <summary>The members that differ, each with its path, what it is and what it shall be.</summary>
    public static IEnumerable<(string Path, JsonNode? Existing, JsonNode? Wanted)> Differences(JsonObject wanted, JsonObject existing) =>
        wanted.SelectMany(member => member.Value is JsonObject inner && existing[member.Key] is JsonObject old
            ? Differences(inner, old).Select(each => ($"{member.Key}/{each.Path}", each.Existing, each.Wanted))
            : IsMet(member.Value, existing[member.Key], Exact.Contains(member.Key)) ? []
            : [(member.Key, existing[member.Key], member.Value)]);

    /// <summary>Whether a value is as it is wanted.</summary>
    /// <param name="wanted">What is wanted.</param>
    /// <param name="existing">What is there.</param>
    /// <param name="isExact">Whether the case of letters counts.</param>
    public static bool IsMet(JsonNode? wanted, JsonNode? existing, bool isExact) => wanted switch
    {
        null or JsonArray { Count: 0 } => existing is null or JsonArray { Count: 0 },
        JsonArray list => existing is JsonArray other && other.Count == list.Count && HoldsAll(list, other, isExact),
        JsonObject members => existing is JsonObject had
            ? !Differences(members, had).Any()
            : members.All(member => IsMet(member.Value, null, isExact)),
        _ => existing is JsonValue value && value.GetValueKind() == wanted.GetValueKind()
            && IsSame(wanted.ToString(), value.ToString(), isExact),
    };

    /// <summary>
    /// The existing object with the wanted members in place of its own. In a list of restrictions, one keeps what is not named of the one
    /// of its type.
    /// </summary>
    public static JsonObject Over(JsonObject existing, JsonObject wanted)
    {
        var merged = (JsonObject)existing.DeepClone();
        foreach (var (name, value) in wanted)
        {
            merged[name] = (value, merged[name]) switch
            {
                (JsonObject inner, JsonObject old) => Over(old, inner),
                (JsonArray list, JsonArray old) => new JsonArray([.. list.Select(item => Over(item, old))]),
                _ => value?.DeepClone(),
            };
        }

        return merged;
    }

    /// <summary>What of an answer is the object itself, and can be sent back.</summary>
    public static JsonObject Content(JsonObject answer)
    {
        var content = (JsonObject)WithoutNotes(answer)!;
        foreach (var name in OfGraph)
        {
            content.Remove(name);
        }

        return content;
    }

    /// <summary>A text; null for anything else.</summary>
    public static string? String(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    /// <summary>A value for a plan, on one line.</summary>
    public static string Text(JsonNode? node) => node is null
        ? "nothing"
        : PlainText.Of(Encoding.UTF8.GetString(Bytes(node, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)), Longest);

    public static byte[] Bytes(JsonNode json) => Bytes(json, JavaScriptEncoder.Default);

    private static byte[] Bytes(JsonNode json, JavaScriptEncoder encoder)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = encoder }))
        {
            json.WriteTo(writer);
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static JsonNode? Over(JsonNode? item, JsonArray old) =>
        item is JsonObject { } wanted && String(wanted["restrictionType"]) is { } type
        && old.OfType<JsonObject>().FirstOrDefault(each => OpenText.Same(String(each["restrictionType"]), type)) is { } existing
            ? Over(existing, wanted)
            : item?.DeepClone();

    private static bool HoldsAll(JsonArray wanted, JsonArray existing, bool isExact)
    {
        var left = existing.ToList();
        return wanted.All(item => left.FindIndex(each => IsMet(item, each, isExact)) is var at and >= 0 && RemoveAt(left, at));

        static bool RemoveAt(List<JsonNode?> list, int at)
        {
            list.RemoveAt(at);
            return true;
        }
    }

    /// <summary>Graph writes a date without fractions of a second or with them.</summary>
    private static bool IsSame(string wanted, string existing, bool isExact) =>
        string.Equals(wanted, existing, isExact ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase)
        || (!isExact && Date(wanted) is { } date && date == Date(existing));

    private static DateTimeOffset? Date(string text) => text.Length > 10 && text[4] == '-' && text[10] == 'T'
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date)
            ? date
            : null;

    private static JsonNode? WithoutNotes(JsonNode? node) => node switch
    {
        JsonObject members => new JsonObject(members
            .Where(member => !Notes.Any(note => member.Key.EndsWith(note, StringComparison.Ordinal)))
            .Select(member => KeyValuePair.Create(member.Key, WithoutNotes(member.Value)))),
        JsonArray list => new JsonArray([.. list.Select(WithoutNotes)]),
        _ => node?.DeepClone(),
    };
}

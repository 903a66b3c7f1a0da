using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using WorkloadIdentity.Governance;

namespace WorkloadIdentity.Tests;

/// <summary>Reads bodies with the library's types, and finds what a type has lost of its body.</summary>
internal static class GraphModel
{
    /// <summary>The library's types of lists.</summary>
    public static IReadOnlyList<Type> Rows { get; } =
    [
        .. typeof(GraphJson).GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(property => property.PropertyType)
            .Where(type => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(JsonTypeInfo<>))
            .Select(type => type.GetGenericArguments()[0])
            .Where(type => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(GraphPage<>))
            .Select(type => type.GetGenericArguments()[0]).Where(type => type != typeof(JsonElement)).Distinct(),
    ];

    /// <summary>The name of a property in JSON.</summary>
    public static string NameOf(PropertyInfo property) =>
        property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name ?? JsonNamingPolicy.CamelCase.ConvertName(property.Name);

    /// <summary>The properties that a type reads from JSON.</summary>
    public static IEnumerable<PropertyInfo> PropertiesOf(Type type) => type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(property => property.GetCustomAttribute<JsonIgnoreAttribute>() is null && property.SetMethod is not null);

    /// <summary>The type and all types of the library that it consists of.</summary>
    public static IEnumerable<Type> PartsOf(Type type, HashSet<Type>? seen = null)
    {
        seen ??= [];
        if (!IsModel(type) || !seen.Add(type))
        {
            return [];
        }

        return [type, .. PropertiesOf(type).SelectMany(property => PartsOf(ElementOf(property.PropertyType), seen))];
    }

    /// <summary>
    /// Reads a body: a list, or one object. Answers what is in the body, is modelled, and was not read: <c>path: value</c>.
    /// </summary>
    public static IReadOnlyList<string> Lost(Type type, JsonElement body)
    {
        var json = GraphJson.Create(new PooledText());
        var lost = new List<string>();
        if (body.TryGetProperty("value", out var rows) && rows.ValueKind == JsonValueKind.Array)
        {
            var page = body.Deserialize(json.GetTypeInfo(typeof(GraphPage<>).MakeGenericType(type))!)!;
            var read = ((System.Collections.IEnumerable)page.GetType().GetProperty("Value")!.GetValue(page)!).Cast<object>().ToList();
            Assert.Equal(rows.GetArrayLength(), read.Count);
            foreach (var (row, index) in read.Select((row, index) => (row, index)))
            {
                Compare($"[{index}]", row, rows[index], lost);
            }
        }
        else
        {
            Compare("", body.Deserialize(json.GetTypeInfo(type)!)!, body, lost);
        }

        return lost;
    }

    private static void Compare(string path, object model, JsonElement json, List<string> lost)
    {
        foreach (var property in PropertiesOf(model.GetType()))
        {
            if (!json.TryGetProperty(NameOf(property), out var sent) || sent.ValueKind == JsonValueKind.Null)
            {
                continue;
            }

            var value = property.GetValue(model);
            var at = $"{path}.{NameOf(property)}";
            if (value is null || value is string { Length: 0 } && sent.ToString().Length > 0)
            {
                lost.Add($"{at}: {sent.GetRawText()}");
            }
            else if (sent.ValueKind == JsonValueKind.Array && value is System.Collections.IEnumerable items)
            {
                var read = items.Cast<object>().ToList();
                if (read.Count != sent.GetArrayLength())
                {
                    lost.Add($"{at}: {read.Count} of {sent.GetArrayLength()}");
                }
                else
                {
                    foreach (var (item, index) in read.Select((item, index) => (item, index)).Where(each => IsModel(each.item.GetType())))
                    {
                        Compare($"{at}[{index}]", item, sent[index], lost);
                    }
                }
            }
            else if (sent.ValueKind == JsonValueKind.Object && IsModel(value.GetType()))
            {
                Compare(at, value, sent, lost);
            }
            else if (sent.ValueKind == JsonValueKind.String && value is not DateTimeOffset && Text(value) != sent.GetString())
            {
                lost.Add($"{at}: {sent.GetRawText()} became {Text(value)}");
            }
        }
    }

    private static string? Text(object value) =>
        value.GetType().GetProperty("Value") is { } text && value is not string ? text.GetValue(value)?.ToString() : value.ToString();

    private static bool IsModel(Type type) => type.Assembly == typeof(TenantInventory).Assembly && type.IsClass
        && type != typeof(CustomSecurityAttributes);

    private static Type ElementOf(Type type) => Nullable.GetUnderlyingType(type)
        ?? (type.IsGenericType && type.GetGenericArguments() is [var element] ? element : type);
}

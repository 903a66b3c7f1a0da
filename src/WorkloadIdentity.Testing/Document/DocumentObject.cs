using System.Globalization;
using System.Text.Json;

namespace WorkloadIdentity.Testing;

/// <summary>One object of a document. A property that is absent reads as null; one that is wrong as well, and is reported.</summary>
internal sealed class DocumentObject(DocumentReader reader, JsonElement element, string path)
{
    private readonly List<string> _known = [];

    public DocumentReader Reader => reader;

    public bool Has(string name)
    {
        _known.Add(name);
        return element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null;
    }

    /// <summary>Whether a property exists, even with the value null.</summary>
    public bool IsStated(string name) => element.TryGetProperty(name, out _);

    public string? Text(string name) =>
        Read(
            name,
            JsonValueKind.String,
            "a text in quotes",
            value => value.GetString()!.Length == 0 ? Wrong<string>(name, "Expected a text that is not empty.") : value.GetString());

    public string RequiredText(string name, string example) => Text(name) ?? Missing(name, $"Expected a text such as \"{example}\".");

    /// <summary>A GUID in its usual form.</summary>
    public string? Id(string name) => Text(name) is not { } text ? null
        : Guid.TryParseExact(text, "D", out _) ? text
        : Wrong<string>(name, "Expected a GUID such as \"72f988bf-86f1-41af-91ab-2d7cd011db47\".");

    public string RequiredId(string name) => Id(name) ?? Missing(name, "Expected a GUID such as \"72f988bf-86f1-41af-91ab-2d7cd011db47\".");

    public bool? Flag(string name) => Has(name)
        ? element.GetProperty(name).ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => WrongValue<bool>(name, "Expected true or false, without quotes."),
        }
        : null;

    public long? Number(string name, long least, long most) => Has(name)
        ? element.GetProperty(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out var number) && number >= least
            && number <= most ? number
            : WrongValue<long>(
                name,
                $"Expected a whole number from {least.ToString(CultureInfo.InvariantCulture)} to {most.ToString(
                    CultureInfo.InvariantCulture)}, without quotes.")
        : null;

    /// <summary>A span of time as .NET writes it.</summary>
    public TimeSpan? Time(string name, TimeSpan least = default) => Text(name) is not { } text ? null
        : TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out var time) && text.Contains(':', StringComparison.Ordinal)
            && time >= least ? time
        : WrongValue<TimeSpan>(
            name, $"Expected hours, minutes and seconds such as \"00:00:30\", or \"00:00:00.250\", and at least \"{least:c}\".");

    public DateTimeOffset? Date(string name) => Text(name) is not { } text ? null
        : DateTimeOffset.TryParseExact(
            text,
            ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd"],
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out var date) ? date
        : WrongValue<DateTimeOffset>(name, "Expected a date such as \"2030-12-31\" or \"2030-12-31T23:59:59Z\".");

    /// <summary>One of a few words, written as the enumeration's members with a small first letter.</summary>
    public T? Choice<T>(string name) where T : struct, Enum
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        var words = Enum.GetValues<T>().ToDictionary(value => JsonNamingPolicy.CamelCase.ConvertName(value.ToString()));
        return words.TryGetValue(text, out var value) ? value : WrongValue<T>(name, $"Expected one of: {string.Join(", ", words.Keys)}.");
    }

    public IReadOnlyList<string> Texts(string name) =>
        Items(name).Select(item => item.Element.ValueKind == JsonValueKind.String && item.Element.GetString() is { Length: > 0 } text
        ? text
        : WrongAt<string>(item.Path, "Expected a text in quotes.")).OfType<string>().ToList();

    public DocumentObject? Object(string name) =>
        Has(name) && AsObject(element.GetProperty(name), PathOf(name)) is { } found ? found : null;

    public IReadOnlyList<DocumentObject> Objects(string name) =>
        Items(name).Select(item => AsObject(item.Element, item.Path)).OfType<DocumentObject>().ToList();

    /// <summary>The same object with the paths of its properties, for those who compare what stands in several.</summary>
    public string PathOf(string name) => path.Length == 0 ? name : $"{path}.{name}";

    public void Report(string name, string message) => reader.Report(name.Length == 0 ? path : PathOf(name), message);

    /// <summary>What <paramref name="make"/> makes; when it refuses an argument, its reason is reported.</summary>
    public T? Try<T>(string name, Func<T> make) where T : class
    {
        try
        {
            return make();
        }
        catch (ArgumentException exception)
        {
            // Without the line that names a parameter of a method: the reader has a file in front of them.
            return Wrong<T>(name, TokenError.Explain(exception));
        }
    }

    /// <summary>Reports the unknown properties.</summary>
    public void ReportUnread()
    {
        foreach (var property in element.EnumerateObject().Where(property => !_known.Contains(property.Name) && property.Name != "$schema"))
        {
            Report(
                property.Name, _known.Count == 0 ? "Unknown." : $"Unknown. What can stand here: {string.Join(", ", _known.Distinct())}.");
        }
    }

    private IReadOnlyList<(JsonElement Element, string Path)> Items(string name)
    {
        if (!Has(name))
        {
            return [];
        }

        var value = element.GetProperty(name);
        if (value.ValueKind != JsonValueKind.Array)
        {
            Report(name, "Expected a list: [ … ].");
            return [];
        }

        return [.. value.EnumerateArray()
            .Select((item, index) => (item, $"{PathOf(name)}[{index.ToString(CultureInfo.InvariantCulture)}]"))];
    }

    private DocumentObject? AsObject(JsonElement value, string at) =>
        value.ValueKind == JsonValueKind.Object ? reader.Add(value, at) : WrongAt<DocumentObject>(at, "Expected an object: { … }.");

    private T? Read<T>(string name, JsonValueKind kind, string expected, Func<JsonElement, T?> read) where T : class =>
        !Has(name)
            ? null
            : element.GetProperty(name) is var value && value.ValueKind == kind ? read(value) : Wrong<T>(name, $"Expected {expected}.");

    private string Missing(string name, string message)
    {
        // What is there and wrong has been reported already.
        if (!element.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            Report(name, $"Missing. {message}");
        }

        return "";
    }

    private T? Wrong<T>(string name, string message) where T : class
    {
        Report(name, message);
        return null;
    }

    private T? WrongValue<T>(string name, string message) where T : struct
    {
        Report(name, message);
        return null;
    }

    private T? WrongAt<T>(string at, string message) where T : class
    {
        reader.Report(at, message);
        return null;
    }
}

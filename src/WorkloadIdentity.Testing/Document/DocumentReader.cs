using System.Text.Json;

namespace WorkloadIdentity.Testing;

/// <summary>
/// Reads one JSON document: returns its objects, collects their problems, and finds unknown properties.
/// </summary>
internal sealed class DocumentReader
{
    private static readonly JsonDocumentOptions Tolerant =
        new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = 16, AllowDuplicateProperties = false };

    private readonly List<EmulatorFileProblem> _problems = [];
    private readonly List<DocumentObject> _objects = [];
    private readonly string _what;

    private DocumentReader(string what, string? folder, string? outputFolder)
    {
        _what = what;
        Folder = folder;
        OutputFolder = outputFolder ?? folder;
    }

    /// <summary>The folder that files are named in; null where a document must not name any.</summary>
    public string? Folder { get; }

    /// <summary>The folder that files are written below; null where a document must not name any.</summary>
    public string? OutputFolder { get; }

    public bool HasProblems => _problems.Count > 0;

    public DocumentObject Root { get; private set; } = null!;

    /// <exception cref="EmulatorFileException">The text is not a JSON object.</exception>
    public static DocumentReader Parse(ReadOnlyMemory<byte> json, string what, string? folder = null, string? outputFolder = null)
    {
        var reader = new DocumentReader(what, folder, outputFolder);
        try
        {
            using var document = JsonDocument.Parse(json, Tolerant);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw new EmulatorFileException(what, [new EmulatorFileProblem("", "Expected a JSON object: { … }.")]);
            }

            ReadTexts(document.RootElement);
            reader.Root = reader.Add(document.RootElement.Clone(), "");
            return reader;
        }
        catch (InvalidOperationException)
        {
            // The parser finds it in a name only, and when it compares names.
            throw new EmulatorFileException(
                what, [new EmulatorFileProblem("", "A name or text has half of a surrogate pair, such as \\ud800. Write the whole pair.")]);
        }
        catch (JsonException exception)
        {
            var place = exception.LineNumber is { } line ? $"line {line + 1}, column {exception.BytePositionInLine + 1}" : "";

            // The parser's own message may quote the document, which may contain a secret.
            throw new EmulatorFileException(
                what,
                [new EmulatorFileProblem(
                    place, "This is no JSON. Look for a missing quote, comma or bracket, or for a property that is there twice.")]);
        }
    }

    /// <summary>Reads every text once, so that nobody who reads one later meets a text that is none.</summary>
    /// <exception cref="InvalidOperationException">A text has half of a surrogate pair, which JSON allows.</exception>
    private static void ReadTexts(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                _ = element.GetString();
                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                {
                    ReadTexts(item);
                }

                break;
            case JsonValueKind.Object:
                foreach (var property in element.EnumerateObject())
                {
                    _ = property.Name;
                    ReadTexts(property.Value);
                }

                break;
        }
    }

    public DocumentObject Add(JsonElement element, string path)
    {
        var added = new DocumentObject(this, element, path);
        _objects.Add(added);
        return added;
    }

    public void Report(string path, string message) => _problems.Add(new EmulatorFileProblem(path, message));

    /// <summary>Ends the reading.</summary>
    /// <exception cref="EmulatorFileException">The document has problems or unknown properties.</exception>
    public void Complete()
    {
        foreach (var each in _objects)
        {
            each.ReportUnread();
        }

        if (_problems.Count > 0)
        {
            throw new EmulatorFileException(_what, [.. _problems]);
        }
    }
}

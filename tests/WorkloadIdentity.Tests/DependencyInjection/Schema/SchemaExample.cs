using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace WorkloadIdentity.Tests;

/// <summary>A document that the schema for editors accepts or refuses: of the list in this folder, of a page, or of a sample.</summary>
internal sealed partial record SchemaExample(string Name, bool IsValid, JsonObject Document)
{
    public static IReadOnlyList<SchemaExample> All { get; } = [.. Listed(), .. OfPages(), .. OfOtherLibraries(), .. OfSamples()];

    private static IEnumerable<SchemaExample> Listed() =>
        JsonNode.Parse(Repository.Read("tests/WorkloadIdentity.Tests/DependencyInjection/Schema/examples.json"))!.AsArray()
            .Select(example => new SchemaExample(
                (string)example!["name"]!,
                (bool)example["valid"]!,
                new JsonObject { ["WorkloadIdentity"] = example["section"]!.DeepClone() }));

    private static IEnumerable<SchemaExample> OfPages() =>
        from page in Pages
        from Match block in JsonBlock().Matches(Repository.Read(page).ReplaceLineEndings("\n"))
        where block.Groups[1].Value.Contains("\"WorkloadIdentity\": {", StringComparison.Ordinal)
        select new SchemaExample(
            $"{page}({block.Index})",
            IsValid: true,
            JsonNode.Parse(block.Groups[1].Value)!.AsObject());

    /// <summary>What the migration guides show as the section before, in place of ours.</summary>
    private static IEnumerable<SchemaExample> OfOtherLibraries() =>
        from page in Pages
        from Match block in OtherBlock().Matches(Repository.Read(page).ReplaceLineEndings("\n"))
        select new SchemaExample(
            $"{page}({block.Index})",
            IsValid: false,
            new JsonObject { ["WorkloadIdentity"] = JsonNode.Parse($"{{{block.Groups[1].Value}}}") });

    private static IEnumerable<SchemaExample> OfSamples() =>
        Repository.SourceFiles("samples", "appsettings*.json")
            .Select(file => new SchemaExample(file, IsValid: true, JsonNode.Parse(Repository.Read(file))!.AsObject()));

    private static IEnumerable<string> Pages => Repository.SourceFiles("docs", "*.md").Concat(Repository.SourceFiles("src", "README.md"));

    public override string ToString() => Name;

    [GeneratedRegex("```json\\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex JsonBlock();

    [GeneratedRegex("```text\\n(\"[A-Z][A-Za-z]+\": [{\\[].*?)```", RegexOptions.Singleline)]
    private static partial Regex OtherBlock();
}

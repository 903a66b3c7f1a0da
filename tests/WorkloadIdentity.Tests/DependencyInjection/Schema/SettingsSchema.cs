using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;

namespace WorkloadIdentity.Tests;

/// <summary>
/// Makes the schema that editors read appsettings.json with, from the kinds and settings that the code has. A section is an identity, a
/// member of a chain, or a credential inside another; each takes other settings beside those of its kind.
/// </summary>
internal static class SettingsSchema
{
    private const string Kind = "Kind";

    private static readonly JsonSerializerOptions Indented =
        new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Of(IReadOnlyList<CredentialKind> kinds)
    {
        var definitions = new JsonObject
        {
            ["workloadIdentity"] = Section(kinds, _ => [.. IdentitySection.SettingNames]),
            ["workloadIdentity.member"] = Section(kinds, kind => kind.MayBeOptional ? [OptionalFile.Setting] : []),
            ["workloadIdentity.credential"] = Section(kinds, _ => []),
        };
        foreach (var kind in kinds)
        {
            var definition = new JsonObject { ["type"] = "object", ["properties"] = new JsonObject(Properties(kind.Name, kind.Settings)) };
            if (SettingRules.Of(kind).ToArray() is { Length: > 0 } rules)
            {
                definition["allOf"] = new JsonArray([.. rules]);
            }

            definitions[$"workloadIdentity.kind.{kind.Name}"] = definition;
        }

        return new JsonObject
        {
            ["$schema"] = "http://json-schema.org/draft-07/schema#",
            ["type"] = "object",
            ["properties"] = new JsonObject
            {
                ["WorkloadIdentity"] = new JsonObject
                {
                    ["description"] = "An identity for AddWorkloadIdentity(configuration.GetSection(\"WorkloadIdentity\")).",
                    ["allOf"] = new JsonArray(new JsonObject { ["$ref"] = "#/definitions/workloadIdentity" }),
                },
            },
            ["definitions"] = definitions,
        }.ToJsonString(Indented) + "\n";
    }

    /// <param name="kinds">The kinds there are.</param>
    /// <param name="others">What a section of a kind takes beside the settings of its kind.</param>
    private static JsonObject Section(IReadOnlyList<CredentialKind> kinds, Func<CredentialKind, string[]> others) => new()
    {
        ["type"] = "object",
        ["properties"] = new JsonObject(
        [
            KeyValuePair.Create(Kind, (JsonNode?)new JsonObject
            {
                ["description"] = "How the identity gets its tokens.",
                ["type"] = "string",
                ["enum"] = new JsonArray([.. kinds.Select(kind => (JsonNode)kind.Name)]),
            }),
            .. Properties("", kinds.SelectMany(others).Distinct()),
        ]),
        ["required"] = new JsonArray(Kind),
        ["allOf"] = new JsonArray(
        [
            .. kinds.Select(kind => new JsonObject
            {
                ["if"] = new JsonObject
                {
                    ["type"] = "object",
                    ["properties"] = new JsonObject { [Kind] = new JsonObject { ["const"] = kind.Name } },
                    ["required"] = new JsonArray(Kind),
                },
                ["then"] = new JsonObject
                {
                    ["allOf"] = new JsonArray(
                        SettingForms.Reference($"kind.{kind.Name}"),
                        new JsonObject
                        {
                            ["type"] = "object",
                            ["propertyNames"] = new JsonObject
                            {
                                ["enum"] = new JsonArray(
                                    [.. new[] { Kind }.Concat(kind.Settings).Concat(others(kind)).Select(name => (JsonNode)name)]),
                            },
                        }),
                },
            }),
        ]),
    };

    private static IEnumerable<KeyValuePair<string, JsonNode?>> Properties(string kind, IEnumerable<string> settings) =>
        settings.Select(setting => KeyValuePair.Create(setting, (JsonNode?)SettingForms.Of(kind, setting)));
}

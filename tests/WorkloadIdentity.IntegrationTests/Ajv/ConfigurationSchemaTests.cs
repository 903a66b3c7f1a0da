using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using WorkloadIdentity.Tests;

namespace WorkloadIdentity.IntegrationTests;

/// <summary>
/// The schemas for editors under Ajv, in its strict mode: it refuses a schema with a keyword, a type or a required property that has no
/// effect.
/// </summary>
public sealed class ConfigurationSchemaTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    [NodeTheory]
    [InlineData("src/WorkloadIdentity/ConfigurationSchema.json", false)]
    [InlineData("src/WorkloadIdentity.KeyVault/ConfigurationSchema.json", true)]
    public async Task Ajv_takes_the_schema_and_judges_each_example_as_it_should(string path, bool hasKeyVault)
    {
        var examples =
            SchemaExample.All
                .Where(example => hasKeyVault || !example.Document.ToJsonString().Contains("KeyVault", StringComparison.Ordinal)).ToList();

        var answer = await AskAsync(Repository.Read(path), examples.Select(example => example.Document));

        Assert.False(answer.TryGetProperty("error", out var error), error.ToString());
        var verdicts = answer.GetProperty("verdicts").EnumerateArray().Select(verdict => verdict.GetBoolean());
        Assert.Equal(examples.Select(example => (example.Name, example.IsValid)), examples.Select(example => example.Name).Zip(verdicts));
    }

    [NodeFact]
    public async Task Ajv_refuses_a_schema_that_is_not_strict()
    {
        var answer = await AskAsync("""{ "properties": { "a": { "format": "nothing" } } }""", []);

        Assert.True(answer.TryGetProperty("error", out _));
    }

    private static async Task<JsonElement> AskAsync(string schema, IEnumerable<JsonObject> documents)
    {
        var folder =
            typeof(ConfigurationSchemaTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
                .Single(data => data.Key == "AjvFolder").Value!;
        await NodePackages.InstallAsync(folder);
        var question = new JsonObject
        {
            ["schema"] = JsonNode.Parse(schema),
            ["documents"] = new JsonArray([.. documents.Select(document => document.DeepClone())]),
        };

        using var patience = new CancellationTokenSource(Limit, TimeProvider.System);
        await using var process = NodeProcess.Start(Node.Executable!, folder, "validate.js");
        await process.SendLineAsync(question.ToJsonString(), patience.Token);
        return JsonSerializer.Deserialize<JsonElement>(await process.ReadLineAsync(line => line.StartsWith('{'), patience.Token));
    }
}

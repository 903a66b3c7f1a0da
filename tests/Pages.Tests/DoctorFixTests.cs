using System.Text.RegularExpressions;

namespace Pages.Tests;

/// <summary>
/// The Bicep that <c>wid doctor --fix bicep</c> writes, as docs/wid.md shows it (a test holds that it is the tool's own output), compiled
/// by the compiler of Bicep. The extension for Microsoft Graph is on the internet; an extension with the same two types stands in.
/// </summary>
public sealed partial class DoctorFixTests
{
    private const string Types = """
        [
          { "$type": "StringType" },
          { "$type": "ArrayType", "itemType": { "$ref": "#/0" } },
          { "$type": "ObjectType", "name": "Microsoft.Graph/applications@v1.0", "properties": {
            "uniqueName": { "type": { "$ref": "#/0" }, "flags": 17 }, "displayName": { "type": { "$ref": "#/0" }, "flags": 1 } } },
          { "$type": "ObjectType", "name": "Microsoft.Graph/applications/federatedIdentityCredentials@v1.0", "properties": {
            "name": { "type": { "$ref": "#/0" }, "flags": 17 }, "issuer": { "type": { "$ref": "#/0" }, "flags": 1 },
            "subject": { "type": { "$ref": "#/0" }, "flags": 1 }, "audiences": { "type": { "$ref": "#/1" }, "flags": 1 } } },
          { "$type": "ResourceType", "name": "Microsoft.Graph/applications@v1.0", "body": { "$ref": "#/2" },
            "readableScopes": 31, "writableScopes": 31 },
          { "$type": "ResourceType", "name": "Microsoft.Graph/applications/federatedIdentityCredentials@v1.0", "body": { "$ref": "#/3" },
            "readableScopes": 31, "writableScopes": 31 }
        ]
        """;

    private const string Index = """
        {
          "resources": {
            "Microsoft.Graph/applications@v1.0": { "$ref": "types.json#/4" },
            "Microsoft.Graph/applications/federatedIdentityCredentials@v1.0": { "$ref": "types.json#/5" }
          },
          "resourceFunctions": {},
          "settings": { "name": "MicrosoftGraph", "version": "1.0.0", "isSingleton": true }
        }
        """;

    [LinuxTheory]
    [InlineData(0, "issuer:", "isuer:")]
    [InlineData(1, "parent:", "parents:")]
    public async Task The_compiler_takes_each_form_and_not_one_with_a_mistake(int form, string word, string mistake)
    {
        var text = Forms()[form];
        Assert.Contains(word, text, StringComparison.Ordinal);

        Assert.Equal("", await ProblemsAsync(text));
        Assert.Contains("BCP", await ProblemsAsync(text.Replace(word, mistake, StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    /// <summary>The form for an application, and the form for a managed identity.</summary>
    private static string[] Forms() =>
        Page.Read("docs/wid.md").Split("$ wid doctor --fix bicep\n")[1].Split("```")[0]
            .Split("// For a user-assigned managed identity\n");

    private static async Task<string> ProblemsAsync(string text)
    {
        var folder = Directory.CreateTempSubdirectory("fix-");
        try
        {
            Task WriteAsync(string name, string content) => File.WriteAllTextAsync(Path.Combine(folder.FullName, name), content);
            await WriteAsync("types.json", Types);
            await WriteAsync("index.json", Index);
            await WriteAsync("main.bicep", text);
            var (code, _, error) = await CheckingProgram.RunAsync(
                BicepCompiler.Executable, folder.FullName, "publish-extension", "index.json", "--target", "graph.tgz");
            Assert.True(code == 0, error);

            // The file that the text asks for, with the stand-in at the place of the address.
            var configuration = Configuration().Match(text) is { Success: true } match ? match.Groups[1].Value : "{}";
            await WriteAsync("bicepconfig.json", Address().Replace(configuration, "\"./graph.tgz\""));
            var (_, _, problems) = await CheckingProgram.RunAsync(
                BicepCompiler.Executable, folder.FullName, "build", "--stdout", "main.bicep");
            return problems;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [GeneratedRegex(@"/\* bicepconfig\.json beside it:\n(.*?)\*/", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex Configuration();

    [GeneratedRegex(@"""br:[^""]+""", RegexOptions.CultureInvariant)]
    private static partial Regex Address();
}

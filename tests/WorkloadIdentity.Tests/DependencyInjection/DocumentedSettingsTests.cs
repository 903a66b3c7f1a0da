using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace WorkloadIdentity.Tests;

/// <summary>The pages say what configuration takes; here that is held against what it does take.</summary>
public sealed partial class DocumentedSettingsTests
{
    private static readonly IReadOnlyList<string> Pages =
        ["README.md", .. Repository.SourceFiles("docs", "*.md"), .. Repository.SourceFiles("src", "README.md")];

    public static TheoryData<string> Examples =>
        [.. Pages.SelectMany(page => JsonBlock().Matches(Repository.Read(page)))
            .Select(match => match.Groups[1].Value)
            .Where(json => json.Contains("\"WorkloadIdentity\"", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task Every_example_makes_an_identity(string json)
    {
        var services = new ServiceCollection();
        services.AddSingleton(WorkloadEnvironment.FromValues(new Dictionary<string, string>()));
        services.AddKeyVaultKinds();
        services.AddSpiffeKind();
        services.AddWorkloadIdentity("machine").UseManagedIdentity();
        var section = new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json))).Build()
            .GetSection("WorkloadIdentity");
        if (section["Kind"] == "ClientSecret" && section["ClientSecretFile"] is null)
        {
            // The pages leave the secret to another source: user secrets or a variable.
            section["ClientSecret"] ??= "from another source";
        }

        services.AddWorkloadIdentity(section);
        await using var provider = services.BuildServiceProvider();

        Assert.IsType<TokenAcquirer>(provider.GetRequiredService<ITokenAcquirer>());
    }

    [Fact]
    public void Every_kind_is_listed_with_its_settings()
    {
        var page = Repository.Read("docs/configuration.md").ReplaceLineEndings("\n");

        Assert.NotEmpty(Examples);
        Assert.All(CredentialKind.All, kind =>
        {
            Assert.Contains($"### {kind.Name}\n", page, StringComparison.Ordinal);
            Assert.All(kind.Settings, name => Assert.Contains($"`{name}`", page, StringComparison.Ordinal));
        });
    }

    [GeneratedRegex("```json\\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex JsonBlock();
}

using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace WorkloadIdentity.Tests;

/// <summary>docs/credentials.md says what configuration takes; here that is held against what it does take.</summary>
public sealed partial class DocumentedSettingsTests
{
    private static readonly string Page = Repository.Read("docs/credentials.md");

    public static TheoryData<string> Examples => [.. JsonBlock().Matches(Page).Select(match => match.Groups[1].Value)];

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task Every_example_makes_an_identity(string json)
    {
        var services = new ServiceCollection();
        services.AddSingleton(WorkloadEnvironment.FromValues(new Dictionary<string, string>()));
        services.AddWorkloadIdentity(new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json))).Build().GetSection("WorkloadIdentity"));
        await using var provider = services.BuildServiceProvider();

        Assert.IsType<TokenAcquirer>(provider.GetRequiredService<ITokenAcquirer>());
    }

    [Fact]
    public void Every_kind_is_listed_with_its_settings()
    {
        Assert.NotEmpty(Examples);
        Assert.All(CredentialKind.All, kind =>
        {
            var row = Page.Split('\n').SingleOrDefault(line => line.StartsWith($"| `{kind.Name}` |", StringComparison.Ordinal));
            Assert.True(row is not null, $"{kind.Name} has no row.");
            string[] shared = [.. ApplicationSettings.Names, "Audience", "PropagationTolerance"];
            Assert.All(kind.Name == "ManagedIdentity" ? kind.Settings : kind.Settings.Except(shared), name => Assert.Contains($"`{name}`", row, StringComparison.Ordinal));
        });
    }

    [GeneratedRegex("```json\\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex JsonBlock();
}

using System.Text;
using System.Text.Json;
using Json.Schema;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace WorkloadIdentity.Tests;

/// <summary>
/// The schemas that editors read appsettings.json with: that of the main package, and that of WorkloadIdentity.KeyVault, which has its
/// kinds as well. Both have the kind of WorkloadIdentity.Spiffe. They are made from the code's own kinds and settings.
/// </summary>
public sealed class ConfigurationSchemaTests
{
    private const string Main = "src/WorkloadIdentity/ConfigurationSchema.json";
    private const string KeyVault = "src/WorkloadIdentity.KeyVault/ConfigurationSchema.json";

    private static readonly Lazy<JsonSchema> WithKeyVault = new(() => JsonSchema.FromText(Repository.Read(KeyVault)));

    public static TheoryData<string> Examples => [.. SchemaExample.All.Select(example => example.Name)];

    [Theory]
    [InlineData(Main)]
    [InlineData(KeyVault)]
    public void A_schema_is_what_the_code_makes(string path)
    {
        var actual = SettingsSchema.Of([.. CredentialKind.All, .. AddedKinds(withKeyVault: path == KeyVault)]);
        if (Repository.Read(path).ReplaceLineEndings("\n") != actual)
        {
            var received = Path.Combine(AppContext.BaseDirectory, $"{path.Replace('/', '-')}.received");
            File.WriteAllText(received, actual);
            Assert.Fail($"The kinds or settings changed. Look at the difference, and if it is meant: cp '{received}' '{path}'");
        }
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public void The_schema_accepts_what_is_right_and_refuses_what_is_wrong(string name)
    {
        var example = SchemaExample.All.First(candidate => candidate.Name == name);

        using var document = JsonDocument.Parse(example.Document.ToJsonString());
        Assert.Equal(example.IsValid, WithKeyVault.Value.Evaluate(document.RootElement).IsValid);
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public void The_host_refuses_what_the_schema_refuses(string name)
    {
        var example = SchemaExample.All.First(candidate => candidate.Name == name);
        if (example.IsValid)
        {
            return; // Some need a switch in code, or another identity: DocumentedSettingsTests starts those of the pages.
        }

        var services = new ServiceCollection();
        services.AddSingleton(WorkloadEnvironment.FromValues(new Dictionary<string, string>()));
        services.AddKeyVaultKinds();
        services.AddSpiffeKind();
        services.AddWorkloadIdentity(new ConfigurationBuilder()
            .AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(example.Document.ToJsonString()))).Build()
            .GetSection("WorkloadIdentity"));
        using var provider = services.BuildServiceProvider();

        Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<ITokenAcquirer>());
    }

    [Fact]
    public void The_examples_are_those_of_the_pages_the_samples_and_the_other_libraries()
    {
        Assert.Contains(SchemaExample.All, example => example.IsValid && IsOf(example, "docs/laptop.md"));
        Assert.Contains(SchemaExample.All, example => !example.IsValid && IsOf(example, "docs/migrate/"));
        Assert.Contains(SchemaExample.All, example => IsOf(example, "samples/"));

        static bool IsOf(SchemaExample example, string place) => example.Name.StartsWith(place, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_the_package_its_kinds_are_unknown()
    {
        var schema = JsonSchema.FromText(Repository.Read(Main));
        var vault = SchemaExample.All.Where(
            example => example.IsValid && example.Document.ToJsonString().Contains("KeyVault", StringComparison.Ordinal));

        Assert.NotEmpty(vault);
        Assert.All(vault, example =>
        {
            using var document = JsonDocument.Parse(example.Document.ToJsonString());
            Assert.False(schema.Evaluate(document.RootElement).IsValid);
        });
    }

    /// <summary>One schema at a time: two that are merged would each refuse the other's kinds.</summary>
    [Fact]
    public void Editors_get_one_schema_from_the_packages()
    {
        var targets = Repository.Read("src/WorkloadIdentity/buildTransitive/WorkloadIdentity.targets");
        var props = Repository.Read("src/WorkloadIdentity.KeyVault/buildTransitive/WorkloadIdentity.KeyVault.props");

        Assert.Contains("<JsonSchemaSegment Include=\"$(WorkloadIdentitySchema)\"", targets, StringComparison.Ordinal);
        Assert.Contains("<WorkloadIdentitySchema Condition=\"'$(WorkloadIdentitySchema)' == ''\">", targets, StringComparison.Ordinal);
        Assert.Contains(
            "<WorkloadIdentitySchema>$(MSBuildThisFileDirectory)../ConfigurationSchema.json</WorkloadIdentitySchema>",
            props,
            StringComparison.Ordinal);
        Assert.All(
            (string[])["src/WorkloadIdentity/WorkloadIdentity.csproj", "src/WorkloadIdentity.KeyVault/WorkloadIdentity.KeyVault.csproj"],
            project => Assert.Contains("PackagePath=\"buildTransitive/;build/\"", Repository.Read(project), StringComparison.Ordinal));
    }

    private static IEnumerable<CredentialKind> AddedKinds(bool withKeyVault)
    {
        var services = new ServiceCollection();
        services.AddSpiffeKind();
        if (withKeyVault)
        {
            services.AddKeyVaultKinds();
        }

        using var provider = services.BuildServiceProvider();
        return [.. provider.GetServices<CredentialKind>()];
    }
}

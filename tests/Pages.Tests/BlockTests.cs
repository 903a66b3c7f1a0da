using System.Text.Json;
using System.Xml.Linq;
using k8s;
using k8s.KubeConfigModels;
using k8s.Models;
using WorkloadIdentity.IntegrationTests;

namespace Pages.Tests;

/// <summary>What the pages show in other languages than C# is read by what reads it in earnest.</summary>
public sealed class BlockTests
{
    /// <summary>Each language with what reads it. A block in another language would be shown and never tried.</summary>
    private static readonly string[] Languages =
    [
        "csharp",   // compiled: PageCodeTests
        "json",
        "jsonc",
        "yaml",
        "bicep",
        "xml",
        "sh",       // CommandTests, as the next two
        "bash",
        "shell",
        "http",     // the admin API of the emulator: EmulatorDocs
        "mermaid",  // pictures
        "text",     // other libraries' settings, in part
        "",         // output
        "cs",       // clients whose packages are not here; the pages say so
    ];

    private static readonly JsonDocumentOptions WithComments = new() { CommentHandling = JsonCommentHandling.Skip };

    public static TheoryData<Block> Json => [.. Page.In("json", "jsonc")];

    public static TheoryData<Block> Kubernetes => [.. Page.In("yaml").Where(block => PipelineKind(block) is null)];

    public static TheoryData<Block> Pipelines => [.. Page.In("yaml").Where(block => PipelineKind(block) is not null)];

    public static TheoryData<Block> Bicep => [.. Page.In("bicep")];

    [Fact]
    public void Every_block_is_in_a_language_that_is_read() =>
        Assert.DoesNotContain(Page.Blocks, block => !Languages.Contains(block.Language));

    [Theory]
    [MemberData(nameof(Json))]
    public void Json_is_valid(Block block)
    {
        ArgumentNullException.ThrowIfNull(block);
        using var document = JsonDocument.Parse(block.Text, block.Language == "jsonc" ? WithComments : default);

        Assert.Equal(JsonValueKind.Object, document.RootElement.ValueKind);
    }

    [Theory]
    [MemberData(nameof(Json))]
    public void A_federated_credential_has_the_members_that_Entra_asks_for(Block block)
    {
        ArgumentNullException.ThrowIfNull(block);
        using var document = JsonDocument.Parse(block.Text, block.Language == "jsonc" ? WithComments : default);
        if (document.RootElement.TryGetProperty("subject", out _))
        {
            Assert.Equal(
                ["audiences", "issuer", "name", "subject"], document.RootElement.EnumerateObject().Select(member => member.Name).Order());
        }
    }

    /// <summary>A reference that a page shows has the version that the tests restore.</summary>
    [Fact]
    public void Xml_references_packages_by_the_version_that_is_tried()
    {
        var tried = XDocument.Parse(Page.Read("tests/Directory.Packages.props")).Descendants("PackageVersion")
            .ToLookup(package => (string?)package.Attribute("Include"), package => (string?)package.Attribute("Version"));

        Assert.All(
            Page.In("xml").SelectMany(block => XDocument.Parse($"<Project>{block.Text}</Project>").Descendants("PackageReference")),
            reference => Assert.Equal([(string?)reference.Attribute("Version")], tried[(string?)reference.Attribute("Include")]));
    }

    [Theory]
    [MemberData(nameof(Kubernetes))]
    public void Kubernetes_knows_every_field(Block block)
    {
        ArgumentNullException.ThrowIfNull(block);
        if (block.Text.StartsWith("users:", StringComparison.Ordinal))
        {
            // Not strictly: the type lacks interactiveMode, which kubectl itself reads (.ci/run does that).
            var user = Assert.Single(KubernetesYaml.Deserialize<K8SConfiguration>(block.Text).Users);
            Assert.Equal("wid", user.UserCredentials.ExternalExecution.Command);
            return;
        }

        var objects = KubernetesYaml.LoadAllFromString(block.Text, strict: true);
        if (objects is [V1Pod pod])
        {
            // Every folder that a container mounts is a volume of the pod.
            Assert.Equal(
                pod.Spec.Volumes.Select(volume => volume.Name),
                pod.Spec.Containers.SelectMany(container => container.VolumeMounts).Select(mount => mount.Name));
            return;
        }

        var account = Assert.Single(objects.OfType<V1ServiceAccount>());
        var deployment = Assert.Single(objects.OfType<V1Deployment>());
        Assert.Equal(2, objects.Count);
        Assert.Equal(account.Metadata.Name, deployment.Spec.Template.Spec.ServiceAccountName);
        Assert.Equal(account.Metadata.NamespaceProperty, deployment.Metadata.NamespaceProperty);
        Assert.All(
            deployment.Spec.Selector.MatchLabels,
            label => Assert.Equal(label.Value, deployment.Spec.Template.Metadata.Labels[label.Key]));
        Assert.Contains(
            $"system:serviceaccount:{account.Metadata.NamespaceProperty}:{account.Metadata.Name}",
            Page.Read(block.Page),
            StringComparison.Ordinal);
    }

    [NodeTheory]
    [MemberData(nameof(Pipelines))]
    public async Task The_build_system_reads_the_pipeline(Block block)
    {
        ArgumentNullException.ThrowIfNull(block);
        Assert.Equal("", await PipelineCheck.ProblemsAsync(PipelineKind(block)!, block.Text));
    }

    [NodeTheory]
    [InlineData("github", "runs-on:", "runs-at:")]
    [InlineData("gitlab", "aud:", "audience:")]
    [InlineData("azure", "azureSubscription:", "subscription:")]
    public async Task A_mistake_in_a_pipeline_is_found(string kind, string right, string wrong)
    {
        var text = Page.In("yaml").Single(block => PipelineKind(block) == kind).Text;

        Assert.NotEqual("", await PipelineCheck.ProblemsAsync(kind, text.Replace(right, wrong, StringComparison.Ordinal)));
    }

    [LinuxTheory]
    [MemberData(nameof(Bicep))]
    public async Task Bicep_compiles_without_a_warning(Block block)
    {
        ArgumentNullException.ThrowIfNull(block);
        Assert.Equal("", await BicepCompiler.ProblemsAsync(block.Text));
    }

    [LinuxTheory]
    [InlineData("resource x 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {\n  nam: 'x'\n}\n")]
    public async Task A_mistake_in_Bicep_is_found(string text) => Assert.NotEqual("", await BicepCompiler.ProblemsAsync(text));

    private static string? PipelineKind(Block block) => Path.GetFileName(block.Page) switch
    {
        "github-actions.md" => "github",
        "gitlab.md" => "gitlab",
        "azure-pipelines.md" => "azure",
        _ => null,
    };
}

using System.Reflection;
using Azure.Core;
using Azure.Identity;
using Microsoft.Identity.Client;

namespace WorkloadIdentity.IntegrationTests;

/// <summary>
/// The versions that the pages speak of are those that are compared. Whoever takes a newer one in finds these tests red: look through the
/// pages and the differences that the tests beside this one find, and then write the new version here and there.
/// </summary>
public sealed class PeerVersionTests
{
    private const string AzureCore = "1.64.0";
    private const string AzureIdentity = "1.21.0";
    private const string Msal = "4.92.0";
    private const string IdentityWeb = "4.18.0";

    [Fact]
    public void What_is_compared_are_the_versions_that_are_named()
    {
        Assert.Equal(AzureCore, VersionOf(typeof(TokenCredential).Assembly));
        Assert.Equal(AzureIdentity, VersionOf(Assembly.Load("Azure.Identity")));
        Assert.Equal(Msal, VersionOf(typeof(ConfidentialClientApplication).Assembly));
        Assert.Equal(IdentityWeb, PackageAssembly.IdentityWeb.Version);
    }

    /// <summary>So its version says nothing about what a program runs.</summary>
    [Fact]
    public void Azure_Identity_is_a_facade_over_Azure_Core()
    {
        Assert.DoesNotContain(Assembly.Load("Azure.Identity").DefinedTypes, type => type.IsPublic);
        Assert.Equal("Azure.Core", typeof(DefaultAzureCredential).Assembly.GetName().Name);
    }

    [Theory]
    [InlineData("docs/differences.md", $"Azure.Core {AzureCore}", $"Azure.Identity {AzureIdentity}", $"Microsoft.Identity.Client {Msal}")]
    [InlineData("docs/migrate/from-azure-identity.md", $"Azure.Core {AzureCore}", $"Azure.Identity {AzureIdentity}")]
    [InlineData("docs/migrate/from-msal.md", $"Microsoft.Identity.Client {Msal}")]
    [InlineData("docs/migrate/from-microsoft-identity-web.md", $"Microsoft.Identity.Web {IdentityWeb}")]
    public void A_page_names_the_versions_it_was_compared_with(string page, params string[] versions)
    {
        var text = File.ReadAllText(Path.Combine(PeerTests.RepositoryRoot(), page));

        Assert.All(versions, version => Assert.Contains(version, text, StringComparison.Ordinal));
    }

    private static string VersionOf(Assembly assembly) =>
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
}

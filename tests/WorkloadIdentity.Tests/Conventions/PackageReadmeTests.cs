using System.Text.RegularExpressions;

namespace WorkloadIdentity.Tests;

/// <summary>What a package site shows of a package. src/Directory.Build.targets makes it of the readme beside the project.</summary>
public sealed partial class PackageReadmeTests
{
    public static TheoryData<string> Readmes => [.. Repository.SourceFiles("src", "README.md")];

    [Theory]
    [MemberData(nameof(Readmes))]
    public void A_link_leads_to_a_file_of_the_repository_in_the_form_that_packing_rewrites(string readme)
    {
        foreach (Match link in Link().Matches(Repository.Read(readme)))
        {
            var target = link.Groups[1].Value;

            Assert.StartsWith("../../", target, StringComparison.Ordinal);
            var path = Path.Combine(Repository.Root, target["../../".Length..].Split('#')[0]);
            Assert.True(File.Exists(path) || Directory.Exists(path), $"{readme}: {target}");
        }
    }

    [Theory]
    [MemberData(nameof(Readmes))]
    public void It_says_how_to_install_the_package(string readme)
    {
        var package = Path.GetFileName(Path.GetDirectoryName(readme))!;

        Assert.Matches($"(?m)^dotnet (add package|tool install) {Regex.Escape(package)}( --global)?$", Repository.Read(readme));
    }

    [Fact]
    public void That_of_the_main_package_has_the_credentials_of_the_front_page()
    {
        var package = Repository.Read("src/WorkloadIdentity/README.md").Replace("../../docs/", "docs/", StringComparison.Ordinal);

        Assert.Contains(Credentials(Repository.Read("README.md")), package, StringComparison.Ordinal);
    }

    private static string Credentials(string page)
    {
        var start = page.IndexOf("| Credential | In code |", StringComparison.Ordinal);
        return page[start..page.IndexOf("\n## ", start, StringComparison.Ordinal)].TrimEnd();
    }

    [GeneratedRegex(@"\]\((?!https?:|#)([^)]*)\)")]
    private static partial Regex Link();
}

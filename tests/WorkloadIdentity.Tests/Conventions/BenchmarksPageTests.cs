using System.Text.RegularExpressions;
using Benchmarks;

namespace WorkloadIdentity.Tests;

/// <summary>
/// The page of benchmarks is written by running them all: none is missing from it. What it says of speed is for people to read.
/// </summary>
public sealed partial class BenchmarksPageTests
{
    [Fact]
    public void The_page_names_every_benchmark()
    {
        var page = Repository.Read("docs/benchmarks.md");
        var names = Named().Matches(Repository.Read("tests/Benchmarks/Program.cs")).Select(match => match.Groups[1].Value).ToList();

        Assert.True(names.Count >= 15);
        Assert.All(names, name => Assert.Contains($"<a id=\"{name}\"></a>", page, StringComparison.Ordinal));
    }

    [Fact]
    public void A_section_that_is_written_anew_leaves_the_others_as_they_are()
    {
        const string Before =
            "# Old\n\n<a id=\"hit\"></a>\n## A hit\n\n- reached: 1\n\n<a id=\"fill\"></a>\n## Filling\n\n- **missed**: 2\n- reached: 3\n";

        var page = BenchmarksPage.Read(Before).With("hit", "## A hit, again\n\n- **missed**: 4\n").With("bound", "## New\n");

        Assert.Equal((1, 3), page.Goals);
        Assert.Equal(
            "# New\n\n<a id=\"hit\"></a>\n## A hit, again\n\n- **missed**: 4\n\n<a id=\"bound\"></a>\n## New\n\n"
                + "<a id=\"fill\"></a>\n## Filling\n\n- **missed**: 2\n- reached: 3\n",
            page.Write("# New\n", ["hit", "keys", "bound", "fill"]));
    }

    [Fact]
    public void The_page_as_it_stands_is_read_whole()
    {
        var page = Repository.Read("docs/benchmarks.md");
        var beginning = page[..page.IndexOf("<a id=", StringComparison.Ordinal)];

        Assert.Equal(page, BenchmarksPage.Read(page).Write(
            beginning, Named().Matches(Repository.Read("tests/Benchmarks/Program.cs")).Select(match => match.Groups[1].Value)));
        var (reached, all) = BenchmarksPage.Read(page).Goals;
        Assert.Contains($"\n{reached} of {all} goals reached.\n", beginning, StringComparison.Ordinal);
    }

    [GeneratedRegex("""^    \("([a-z]+)", .*\.Run\w*Async""", RegexOptions.Multiline)]
    private static partial Regex Named();
}

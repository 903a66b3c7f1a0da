using System.Text.RegularExpressions;

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

    [GeneratedRegex("""^    \("([a-z]+)", .*\.Run\w*Async""", RegexOptions.Multiline)]
    private static partial Regex Named();
}

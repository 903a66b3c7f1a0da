using System.Text.RegularExpressions;

namespace WorkloadIdentity.Tests;

/// <summary>C# in a page stands in a file that compiles. A block that begins with using directives has all that this file needs.</summary>
public sealed partial class PageCodeTests
{
    private static readonly IReadOnlyList<SourceText> Compiled =
        [.. Repository.SourceFiles("tests").Concat(Repository.SourceFiles("samples")).Select(file => SourceText.Of(Repository.Read(file)))];

    [Fact]
    public void Code_in_the_docs_comes_from_code_that_compiles()
    {
        var pages = Repository.SourceFiles("docs", "*.md").Concat(Repository.SourceFiles("src", "README.md")).Append("README.md");

        var unknown = string.Join('\n',
            from page in pages
            from Match block in CodeBlock().Matches(Repository.Read(page).ReplaceLineEndings("\n"))
            let code = SourceText.Of(block.Groups[1].Value)
            where !Compiled.Any(file => file.Has(code))
            select $"{page}:\n{block.Groups[1].Value}");

        Assert.True(unknown.Length == 0, unknown);
    }

    [Theory]
    [InlineData("using B;\nusing A;\n\ncall();", true)]
    [InlineData("using A;\nusing B;", true)]
    [InlineData("call();", true)]
    [InlineData("all();", false)]
    [InlineData("using A;\n\ncall();", false)]
    [InlineData("using A;\nusing B;\nusing C;\n\ncall();", false)]
    [InlineData("using A;\nusing B;\n\nother();", false)]
    public void A_block_with_usings_has_all_of_the_file_and_no_more(string block, bool holds)
    {
        var file = SourceText.Of("using A;\nusing B;\n\nclass C\n{\n    void M()\n    {\n        call();\n    }\n}");

        Assert.Equal(holds, file.Has(SourceText.Of(block)));
    }

    [GeneratedRegex("```csharp\\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex(@"^using [A-Z][\w.]*;$")]
    private static partial Regex UsingDirective();

    /// <summary>C# as it is compared: its using directives as a set, its other lines without indentation and empty lines.</summary>
    private sealed record SourceText(IReadOnlySet<string> Usings, string Code)
    {
        public static SourceText Of(string text)
        {
            var lines = text.ReplaceLineEndings("\n").Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0).ToList();
            return new SourceText(
                lines.Where(line => UsingDirective().IsMatch(line)).ToHashSet(),
                $"\n{string.Join('\n', lines.Where(line => !UsingDirective().IsMatch(line)))}\n");
        }

        public bool Has(SourceText block) =>
            (block.Usings.Count == 0 || Usings.SetEquals(block.Usings))
                && (block.Code.Trim().Length == 0 || Code.Contains(block.Code, StringComparison.Ordinal));
    }
}

using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace WorkloadIdentity.Tests;

/// <summary>How long a line, a method and a file may be. Neither the compiler nor <c>dotnet format</c> checks it.</summary>
public sealed class LayoutConventionTests
{
    private const int LineLength = 140;
    private const int FileLength = 250;
    private const int MethodLength = 60;

    [Fact]
    public void Lines_of_code_have_at_most_140_characters()
    {
        string[] files = [.. Repository.SourceFiles("src"), .. Repository.SourceFiles("tests"), .. Repository.SourceFiles("samples")];

        NothingIn(files.SelectMany(file => LongLines(file, Repository.Read(file).Split('\n'))));
    }

    /// <remarks>
    /// Two kinds of lines may be longer: rows of tables, which Markdown cannot wrap, and fenced blocks other than C#, which quote
    /// output and commands as they are.
    /// </remarks>
    [Fact]
    public void Lines_of_prose_have_at_most_140_characters()
    {
        string[] pages =
        [
            "README.md", .. Repository.SourceFiles("docs", "*.md"), .. Repository.SourceFiles("src", "*.md"),
            .. Repository.SourceFiles("samples", "*.md"), .. Repository.SourceFiles("tests", "*.md"),
        ];

        NothingIn(pages.SelectMany(page => LongLines(page, WithoutTablesAndOutput(Repository.Read(page).Split('\n')))));
    }

    [Fact]
    public void Source_files_have_at_most_250_lines() =>
        NothingIn(
            from file in Repository.SourceFiles("src")
            let lines = Repository.Read(file).Count(character => character == '\n')
            where lines > FileLength
            select $"{file}: {lines} lines");

    [Fact]
    public void Methods_have_at_most_60_lines() =>
        NothingIn(
            from file in Repository.SourceFiles("src")
            from method in CSharpSyntaxTree.ParseText(Repository.Read(file)).GetRoot().DescendantNodes()
            where method is BaseMethodDeclarationSyntax or AccessorDeclarationSyntax or LocalFunctionStatementSyntax
            let span = method.GetLocation().GetLineSpan()
            let lines = span.EndLinePosition.Line - span.StartLinePosition.Line + 1
            where lines > MethodLength
            select $"{file}({span.StartLinePosition.Line + 1}): {lines} lines");

    private static void NothingIn(IEnumerable<string> tooLong)
    {
        var list = string.Join('\n', tooLong);
        Assert.True(list.Length == 0, list);
    }

    private static IEnumerable<string> LongLines(string file, IEnumerable<string> lines) =>
        lines.Index().Where(line => line.Item.TrimEnd('\r').Length > LineLength)
            .Select(line => $"{file}({line.Index + 1}): {line.Item.TrimEnd('\r').Length} characters");

    /// <summary>The lines that can be wrapped; the others are empty, so that the numbers stay right.</summary>
    private static IEnumerable<string> WithoutTablesAndOutput(IEnumerable<string> lines)
    {
        string? fence = null;
        foreach (var line in lines)
        {
            var text = line.Trim();
            if (text.StartsWith("```", StringComparison.Ordinal))
            {
                fence = fence is null ? text : null;
            }

            yield return text.StartsWith('|') || fence is not (null or "```csharp") ? "" : line;
        }
    }
}

using System.Text.RegularExpressions;
using WorkloadIdentity.Tool;

namespace WorkloadIdentity.Tests;

public sealed partial class ExplainTests
{
    private readonly ToolBench _bench = new();

    [Theory]
    [InlineData("AADSTS700213", "AADSTS700213: No federated credential has the token's subject.")]
    [InlineData("aadsts700213", "AADSTS700213: No federated credential has the token's subject.")]
    [InlineData("(AADSTS700213:", "AADSTS700213: No federated credential has the token's subject.")]
    [InlineData("'AADSTS700213'.", "AADSTS700213: No federated credential has the token's subject.")]
    [InlineData("INVALID_CLIENT", "client-credential")]
    [InlineData("700213", "AADSTS700213: No federated credential has the token's subject.")]
    [InlineData("federation-mismatch", "federation-mismatch")]
    [InlineData("#federation-mismatch", "federation-mismatch")]
    [InlineData("FederationMismatch", "federation-mismatch")]
    [InlineData("TokenErrorCategory.FederationMismatch", "federation-mismatch")]
    [InlineData("errors.md#federation-mismatch", "federation-mismatch")]
    [InlineData("docs/errors.md#federation-mismatch", "federation-mismatch")]
    [InlineData("errors.md#FederationMismatch", "federation-mismatch")]
    [InlineData("docs/errors.md#TokenErrorCategory.FederationMismatch", "federation-mismatch")]
    [InlineData("Errors.md#Federation-Mismatch", "federation-mismatch")]
    [InlineData("FEDERATION.MD#GitHub-Actions", "GitHub Actions")]
    [InlineData("federation#GitHubActions", "GitHub Actions")]
    [InlineData("invalid_client", "client-credential")]
    [InlineData("consent_required", "consent")]
    [InlineData("NotConfigured", "not-configured")]
    [InlineData("federation", "Federation")]
    [InlineData("federation#github-actions", "GitHub Actions")]
    [InlineData("from-msal", "From MSAL.NET")]
    [InlineData("exit-codes", "Exit codes")]
    [InlineData("401", "The API answers 401")]
    [InlineData("403", "The API answers 403")]
    public async Task A_topic_is_shown(string topic, string firstLine)
    {
        var run = await _bench.RunAsync("explain", topic);

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal(firstLine, run.Out.Split('\n')[0]);
        Assert.DoesNotContain('\u001b', run.Out);
    }

    [Theory]
    [InlineData("federation-mismach", "Did you mean federation-mismatch?")]
    [InlineData("invalid_cleint", "Did you mean invalid_client?")]
    [InlineData("AADSTS700213x", "AADSTS700213 or ")]
    [InlineData("AADSTS70002155", "Did you mean AADSTS7000215")]
    [InlineData("AADSTS123456789", "https://login.microsoftonline.com/error?code=123456789")]
    [InlineData("99999999999999999999999", "Entra's own page")]
    [InlineData("quantum", "'wid explain' lists what there is.")]
    [InlineData("", "'wid explain' lists what there is.")]
    public async Task What_is_not_there_ends_as_a_wrong_argument_with_what_resembles_it(string topic, string says)
    {
        var run = await _bench.RunAsync("explain", topic);

        Assert.Equal((ExitCodes.Usage, ""), (run.ExitCode, run.Out));
        Assert.Contains(says, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Alone_it_lists_every_section_of_the_errors_and_every_page()
    {
        var list = (await _bench.RunAsync("explain")).Out.Split('\n').Select(line => line.Trim().Split("  ")[0]).ToHashSet();

        Assert.Subset(list, Heading().Matches(Repository.Read("docs/errors.md")).Select(match => match.Groups[1].Value).ToHashSet());
        Assert.Subset(list, new HashSet<string> { "wid", "emulator", "federation", "migrate/from-azure-identity" });
    }

    [Fact]
    public async Task Every_code_is_explained_by_its_three_parts_and_its_section()
    {
        foreach (var error in EntraError.All.Values)
        {
            var run = await _bench.RunAsync("explain", error.Name);

            var text = string.Join(' ', run.Out.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries));
            Assert.Equal(0, run.ExitCode);
            Assert.All(
                [error.Meaning, error.Check, error.Fix, $"TokenErrorCategory.{error.Category}."],
                part => Assert.Contains(part, text, StringComparison.Ordinal));
        }
    }

    /// <summary>Errors end in "wid explain x" for exactly these.</summary>
    [Fact]
    public void Every_anchor_and_every_page_that_the_library_names_is_in_the_tool()
    {
        var pages = HelpPages.Read();
        var topics = typeof(HelpAnchors).GetFields().Select(field => (string)field.GetRawConstantValue()!)
            .Concat(Enum.GetValues<TokenErrorKind>().Select(kind => new TokenError(kind, "x").Help.Split(' ')[^1]))
            .Concat(Repository.SourceFiles("src").SelectMany(file => Topic().Matches(Repository.Read(file)))
                .Select(match => match.Groups[1].Value));

        Assert.All(topics, topic => Assert.NotNull(pages.Find(topic)));
    }

    [Fact]
    public void Every_page_is_the_one_in_the_repository()
    {
        var pages = HelpPages.Read().Sections.Where(section => section.Level == 1).DistinctBy(section => section.Page).ToList();

        Assert.True(pages.Count > 10);
        Assert.All(pages, page => Assert.Equal(Repository.Read($"docs/{page.Page}.md").Trim('\n'), page.Text));
    }

    [Fact]
    public void Prose_fits_80_columns_and_links_become_commands()
    {
        var pages = HelpPages.Read();
        foreach (var section in pages.Sections.Where(section => section.Level == 1))
        {
            var text = new StringWriter { NewLine = "\n" };
            new MarkdownText(new Screen(text, isPlain: true), pages).Write(section);

            Assert.DoesNotContain("](", Code().Replace(text.ToString(), ""), StringComparison.Ordinal);
            Assert.All(
                text.ToString().Split('\n')
                    .Where(line => line.Length > Wrapped.Width && !line.StartsWith("    ", StringComparison.Ordinal)),
                line => Assert.DoesNotContain(' ', line.TrimStart(' ', '-', '1', '2', '3', '.')));
        }
    }

    [Fact]
    public async Task A_command_in_prose_is_not_broken_at_the_end_of_a_line() => Assert.Contains(
        "az ad app federated-credential list --id <client id>",
        (await _bench.RunAsync("explain", "federation-mismatch")).Out,
        StringComparison.Ordinal);

    [Fact]
    public async Task On_a_terminal_headings_are_coloured()
    {
        _bench.IsTerminal = true;

        Assert.StartsWith("\u001b[", (await _bench.RunAsync("explain", "client-secret")).Out, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"^## (.+)$", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Heading();

    [GeneratedRegex(@"ToolException\.Reference\(""([^""{]+)""\)", RegexOptions.CultureInvariant)]
    private static partial Regex Topic();

    [GeneratedRegex("^    .*$", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Code();
}

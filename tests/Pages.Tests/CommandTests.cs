using WorkloadIdentity;
using WorkloadIdentity.IntegrationTests;
using WorkloadIdentity.Tool;
using Xunit.Abstractions;

namespace Pages.Tests;

/// <summary>
/// Every command of the pages is run, or read by what would run it, or listed in Commands.tsv with the reason why it is not.
/// </summary>
public sealed class CommandTests(ITestOutputHelper output)
{
    private const string Runs = "run";
    private const string NotRun = "not run";

    /// <summary>Commands.tsv: how, where or why, and the command.</summary>
    private static readonly IReadOnlyList<(string How, string Where, string Command)> Listed =
        [.. Rows("Commands.tsv").Select(cells => (cells[0], cells[1], cells[2]))];

    /// <summary>Programs that need an account or a cluster: only the form of their commands can be checked here.</summary>
    private static readonly Dictionary<string, Func<PageCommand, Task<string>>> ByForm = new()
    {
        ["az"] = command => Task.FromResult(AzProblem(command)),
        ["kubectl"] = KubectlProblemAsync,
        ["wid"] = command => Task.FromResult(WidProblem(command)),
    };

    [Fact]
    public void Every_command_is_run_or_read_or_listed_with_a_reason()
    {
        var commands = PageCommand.All;
        var unknown = commands
            .Where(command => !ByForm.ContainsKey(command.Program) && !Listed.Any(row => row.Command == command.Text))
            .Select(command => $"{command.Page}: {command.Text}");
        var gone = Listed.Where(row => commands.All(command => command.Text != row.Command)).Select(row => $"in no page: {row.Command}");

        var run = commands.Where(command => Listed.Any(row => row.How == Runs && row.Command == command.Text)).ToList();
        var read = commands.Where(command => ByForm.ContainsKey(command.Program)).Except(run).ToList();
        var rest = commands.Except(run).Except(read).ToList();
        output.WriteLine($"{commands.Count} commands in the pages: {run.Count} run, {read.Count} read only, {rest.Count} not run");
        read.Concat(rest).ToList().ForEach(command => output.WriteLine($"  {command.Page}: {command.Text}"));

        var problems = string.Join('\n', unknown.Concat(gone));
        Assert.True(problems.Length == 0, $"Commands.tsv and the pages differ:\n{problems}");
        Assert.All(Listed, row => Assert.Contains(row.How, (string[])[Runs, NotRun]));
        Assert.All(Listed.Where(row => row.How == NotRun), row => Assert.NotEqual("", row.Where.Trim()));
    }

    [Fact]
    public void A_command_that_is_run_stands_in_what_runs_it() =>
        Assert.All(
            Listed.Where(row => row.How == Runs),
            row => Assert.Contains(row.Command, Page.Read(row.Where), StringComparison.Ordinal));

    [Fact]
    public async Task A_command_that_is_only_read_has_the_form_that_its_program_takes()
    {
        var problems = new List<string>();
        foreach (var command in PageCommand.All.Where(command => ByForm.ContainsKey(command.Program)))
        {
            if (await ByForm[command.Program](command) is { Length: > 0 } problem)
            {
                problems.Add($"{command.Page}: {command.Text}: {problem}");
            }
        }

        Assert.Equal("", string.Join('\n', problems));
    }

    [Theory]
    [InlineData("az identity creat --name orders --resource-group shop")]
    [InlineData("az identity create --name orders")]
    [InlineData("az identity create --name orders --resource-group shop --audience x")]
    [InlineData("wid docter")]
    [InlineData("wid doctor --scopes api://orders/.default")]
    [InlineData("kubectl apply --filenames orders.yaml")]
    public async Task A_mistake_in_a_command_is_found(string text)
    {
        var command = new PageCommand("a test", text, text.Split(' '));

        Assert.NotEqual("", await ByForm[command.Program](command));
    }

    private static string AzProblem(PageCommand command)
    {
        var (name, options) = command.Split();
        if (Rows("az.tsv").SingleOrDefault(cells => cells[0] == name) is not { } row)
        {
            return $"az.tsv has no command '{name}': add a row and run update-az-table";
        }

        string[][] known = [.. row[2].Split(' ').Select(option => option.Split('|'))];
        var unknown = options.Where(option => !known.Any(names => names.Contains(option)));
        var missing = row[1].Split(' ')
            .Where(required => required != "-" && !known.Single(names => names[0] == required).Any(options.Contains));
        return string.Join(", ", unknown.Select(option => $"no option {option}").Concat(missing.Select(option => $"{option} is missing")));
    }

    /// <summary>With --help kubectl asks no cluster; options that it does not know are an error all the same.</summary>
    private static async Task<string> KubectlProblemAsync(PageCommand command)
    {
        if (Node.Find("kubectl") is not { } kubectl)
        {
            return Node.UnderCI ? "kubectl is not on the PATH" : "";
        }

        var (code, _, error) = await CheckingProgram.RunAsync(kubectl, Page.Root, [.. command.Words.Skip(1), "--help"]);
        return code == 0 ? "" : error;
    }

    private static string WidProblem(PageCommand command)
    {
        var surroundings = new Surroundings
        {
            Environment = WorkloadEnvironment.FromValues(new Dictionary<string, string>()),
            Out = TextWriter.Null,
            Error = TextWriter.Null,
        };
        return string.Join(", ", Wid.Create(surroundings).Parse([.. command.Words.Skip(1)]).Errors.Select(error => error.Message));
    }

    private static IEnumerable<string[]> Rows(string file) =>
        Page.Read($"tests/Pages.Tests/{file}").Split('\n')
            .Where(line => line.Length > 0 && !line.StartsWith('#'))
            .Select(line => line.Split('\t'));
}

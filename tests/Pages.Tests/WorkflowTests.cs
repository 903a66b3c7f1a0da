using System.Text.RegularExpressions;
using WorkloadIdentity.IntegrationTests;

namespace Pages.Tests;

/// <summary>The workflows of this repository. They call scripts, so that a release can be rehearsed without GitHub.</summary>
public sealed partial class WorkflowTests
{
    private static readonly string Folder = Path.Combine(Page.Root, ".github/workflows");

    public static TheoryData<string> Workflows => [.. Directory.GetFiles(Folder, "*.yml").Select(file => Path.GetFileName(file)).Order()];

    [NodeTheory]
    [MemberData(nameof(Workflows))]
    public async Task GitHub_reads_it(string workflow) =>
        Assert.Equal("", await PipelineCheck.ProblemsAsync("github", await File.ReadAllTextAsync(Path.Combine(Folder, workflow))));

    [Theory]
    [MemberData(nameof(Workflows))]
    public void It_runs_one_command_a_step_and_a_script_that_is_there(string workflow)
    {
        var text = File.ReadAllText(Path.Combine(Folder, workflow));

        foreach (Match run in Run().Matches(text))
        {
            var command = run.Groups["command"].Value;
            Assert.DoesNotMatch("^[|>]", command);
            var script = Script().Match(command);
            Assert.True(script.Success ? File.Exists(Path.Combine(Page.Root, script.Value)) : command == "dotnet build Sdk.sln", command);
        }
    }

    /// <remarks>The folders that root made belong to root, so nobody else can write into them.</remarks>
    [Theory]
    [MemberData(nameof(Workflows))]
    public void After_a_script_that_ran_as_root_the_next_scripts_of_the_job_run_as_root(string workflow)
    {
        foreach (var job in Job().Split(File.ReadAllText(Path.Combine(Folder, workflow))))
        {
            var commands = Run().Matches(job).Select(run => run.Groups["command"].Value);
            Assert.All(
                commands.SkipWhile(command => !command.StartsWith("sudo ", StringComparison.Ordinal)),
                command => Assert.StartsWith("sudo --preserve-env env \"PATH=$PATH\" ", command, StringComparison.Ordinal));
        }
    }

    /// <remarks>
    /// A tag of an action can be moved to other code. CodeQL's commit is not known here from more than one place, so it stays at its tag.
    /// Its job sees no secret.
    /// </remarks>
    [Theory]
    [MemberData(nameof(Workflows))]
    public void Its_actions_are_commits_with_their_version_beside_them(string workflow) =>
        Assert.All(
            Action().Matches(File.ReadAllText(Path.Combine(Folder, workflow))).Select(action => action.Groups["action"].Value)
                .Where(action => !action.StartsWith("github/codeql-action/", StringComparison.Ordinal)),
            action => Assert.Matches(@"^[A-Za-z/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", action));

    [Theory]
    [MemberData(nameof(Workflows))]
    public void Its_token_may_write_nothing_unless_a_job_says_what(string workflow) =>
        Assert.Contains("\npermissions:\n  contents: read\n\n", File.ReadAllText(Path.Combine(Folder, workflow)), StringComparison.Ordinal);

    /// <remarks>The tests run code of many packages. A token of the job could publish, or attest, something else.</remarks>
    [Theory]
    [MemberData(nameof(Workflows))]
    public void A_job_that_may_prove_itself_runs_no_tests(string workflow) => Assert.All(
        Job().Split(File.ReadAllText(Path.Combine(Folder, workflow)))
            .Where(job => job.Contains("id-token: write", StringComparison.Ordinal) || job.Contains("secrets.", StringComparison.Ordinal)),
        job => Assert.DoesNotContain(Run().Matches(job), run => run.Groups["command"].Value.Contains(".ci/run", StringComparison.Ordinal)));

    [Fact]
    public void A_release_has_no_key_of_a_package_source() =>
        Assert.DoesNotMatch("secrets\\.(NUGET|PACKAGE|API)", File.ReadAllText(Path.Combine(Folder, "release.yml")));

    [GeneratedRegex(@"^ +(?:- )?run: (?<command>.*)$", RegexOptions.Multiline)]
    private static partial Regex Run();

    [GeneratedRegex(@"^ +(?:- )?uses: (?<action>.*?)\r?$", RegexOptions.Multiline)]
    private static partial Regex Action();

    [GeneratedRegex(@"^  (?=[a-z-]+:\r?$)", RegexOptions.Multiline)]
    private static partial Regex Job();

    [GeneratedRegex(@"\.ci/[a-z-]+")]
    private static partial Regex Script();
}

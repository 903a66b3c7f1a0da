using System.Diagnostics;

namespace WorkloadIdentity.Tests;

/// <summary><c>.ci/results</c>, which counts the tests of a run and names those that did not pass.</summary>
public sealed class TestResultsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("results-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [FactOn(Systems.Unix)]
    public async Task Passed_tests_of_all_reports_are_counted()
    {
        Write("a", Test("One", "Passed"), Test("Two", "Passed"));
        Directory.CreateDirectory(Path.Combine(_folder, "of one project"));
        Write("of one project/b", Test("Three", "Passed"));

        Assert.Equal((0, "3 0 0\n"), await RunAsync());
    }

    [FactOn(Systems.Unix)]
    public async Task A_failed_test_is_named_with_the_first_lines_of_its_message()
    {
        Write(
            "a", Test("One", "Passed"),
            Test("Two(text: &quot;&lt;x&gt;&quot;)", "Failed", Error("Expected: 1&#xD;\nActual:   2\nthird line")));

        Assert.Equal((1, "1 1 0\nFAILED Two(text: \"<x>\")\n  Expected: 1\n  Actual:   2\n"), await RunAsync());
    }

    [FactOn(Systems.Unix)]
    public async Task Many_failures_take_at_most_thirty_lines_at_the_end()
    {
        Write("a", [.. Enumerable.Range(0, 40).Select(i => Test($"T{i}", "Failed", Error("one\ntwo\nthree")))]);

        var (code, text) = await RunAsync();

        var lines = text.TrimEnd().Split('\n')[1..];
        Assert.Equal((1, "… and 31 more failed tests"), (code, lines[^1]));
        Assert.InRange(lines.Length, 2, 30);
    }

    [FactOn(Systems.Unix)]
    public async Task A_test_of_another_system_and_one_without_its_reference_are_named_and_do_not_fail_the_run()
    {
        Write(
            "a", Test("One", "Passed"), Test("Two", "NotExecuted", Skip($"{OtherSystem.Begin} the test is for Windows.")),
            Test("Three", "NotExecuted", Skip("Absent: a folder.")));

        var (code, text) = await RunAsync();

        Assert.Equal((0, "1 0 2"), (code, text.Split('\n')[0]));
        Assert.Contains("1 skipped. Not on this system: the test is for Windows.\n  Two\n", text, StringComparison.Ordinal);
        Assert.Contains("1 skipped. Absent: a folder.\n  Three\n", text, StringComparison.Ordinal);
    }

    [FactOn(Systems.Unix)]
    public async Task A_test_that_is_skipped_for_another_reason_fails()
    {
        Write("a", Test("One", "NotExecuted", Skip("Node.js is not on the PATH.")), Test("Two", "NotExecuted"));

        var (code, text) = await RunAsync();

        Assert.Equal((1, "0 2 0"), (code, text.Split('\n')[0]));
        Assert.Contains("FAILED One\n  It was skipped: Node.js is not on the PATH.\n", text, StringComparison.Ordinal);
        Assert.Contains("FAILED Two\n  It was skipped: no reason is given.\n", text, StringComparison.Ordinal);
    }

    [FactOn(Systems.Unix)]
    public async Task A_run_that_was_cut_off_fails()
    {
        Write("a", Test("One", "Passed"), """
            <RunInfo computerName="m" outcome="Error">
              <Text>The test host process crashed</Text>
            </RunInfo>
            """);

        Assert.Equal((1, "1 1 0\nFAILED the run of m\n  The test host process crashed\n"), await RunAsync());
    }

    private static string Test(string name, string outcome, string? output = null) =>
        $"""    <UnitTestResult executionId="e" testName="{name}" outcome="{outcome}" """
            + (output is null ? "/>" : $">\n      <Output>\n{output}\n      </Output>\n    </UnitTestResult>");

    private static string Error(string message) =>
        $"        <ErrorInfo>\n          <Message>{message}</Message>\n          <StackTrace>at X</StackTrace>\n        </ErrorInfo>";

    private static string Skip(string reason) => $"        <StdOut>{reason}</StdOut>";

    private void Write(string name, params IEnumerable<string> results) => File.WriteAllText(
        Path.Combine(_folder, $"{name}.trx"), $"<TestRun>\n  <Results>\n{string.Join('\n', results)}\n  </Results>\n</TestRun>\n");

    private async Task<(int Code, string Text)> RunAsync()
    {
        var start = new ProcessStartInfo("bash", [Path.Combine(Repository.Root, ".ci", "results"), _folder])
        {
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var text = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, text);
    }
}

using WorkloadIdentity.Tool;

namespace WorkloadIdentity.Tests;

/// <summary>Output that cannot be written: closed, or on a full disk.</summary>
public sealed class GuardedWriterTests
{
    private const string Scope = "api://orders/.default";

    private static readonly string[][] Commands =
    [
        ["--version"], ["--help"], ["token", "--help"], ["doctor"], ["doctor", "--json"], ["emulator", "--schema"],
        ["token", "--scope", Scope], ["token", "--scope", Scope, "--json"],
    ];

    public static TheoryData<Exception> Failures =>
    [
        new IOException("No space left on device"),
        new UnauthorizedAccessException("Bad file descriptor"),
        new ObjectDisposedException("stream"),
    ];

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task What_was_asked_for_and_cannot_be_written_has_an_exit_code_of_its_own(Exception failure)
    {
        foreach (var command in Commands)
        {
            var error = new StringWriter { NewLine = "\n" };

            var code = await RunAsync(command, new BrokenWriter(failure), error);

            Assert.Equal(6, code);
            Assert.StartsWith("wid:  Standard output cannot be written to", error.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain("report", error.ToString(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task What_cannot_be_told_on_standard_error_leaves_output_and_exit_code_as_they_are(Exception failure)
    {
        var output = new StringWriter { NewLine = "\n" };

        Assert.Equal(0, await RunAsync(["token", "--scope", Scope], output, new BrokenWriter(failure)));
        Assert.Contains("value        (hidden", output.ToString(), StringComparison.Ordinal);
        Assert.Equal(2, await RunAsync(["tokne"], output, new BrokenWriter(failure)));
        Assert.Equal(6, await RunAsync(["--version"], new BrokenWriter(failure), new BrokenWriter(failure)));
    }

    [Fact]
    public async Task A_fault_of_the_machine_is_not_to_be_reported_and_one_of_ours_is()
    {
        foreach (var (fault, code, says) in new (Exception, int, string)[]
        {
            (new IOException("/home/canary"), 6, "Check the files"), (new UnauthorizedAccessException("canary"), 6, "Check the files"),
            (new System.Net.Sockets.SocketException(13), 6, "Check the files"), (new HttpRequestException("canary"), 6, "Check the files"),
            (new InvalidOperationException("canary"), 1, "Please report it"), (new NotSupportedException("canary"), 1, "Please report it"),
        })
        {
            var error = new StringWriter { NewLine = "\n" };
            var bench = new ToolBench().WithTokenFile(ToolBench.Assertion());
            var surroundings = bench.Surroundings(new StringWriter(), error, look: _ => throw fault);

            Assert.Equal(code, await Wid.RunAsync(["doctor"], surroundings, CancellationToken.None));
            Assert.Contains(says, error.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain("canary", error.ToString(), StringComparison.Ordinal);
        }
    }

    private static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error)
    {
        var bench = new ToolBench().WithSecret();
        return await bench.Clock.RunUntilAsync(
            () => new ValueTask<int>(Wid.RunAsync(args, bench.Surroundings(output, error), CancellationToken.None)));
    }

    private sealed class BrokenWriter(Exception failure) : StringWriter
    {
        public override void Write(char value) => throw failure;

        public override void Write(string? value) => throw failure;

        public override void WriteLine(string? value) => throw failure;

        public override void WriteLine() => throw failure;
    }
}

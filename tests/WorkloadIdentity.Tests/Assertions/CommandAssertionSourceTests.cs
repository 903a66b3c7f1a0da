namespace WorkloadIdentity.Tests;

/// <summary>Runs real processes: what is tested is how they are started, read and ended.</summary>
public sealed class CommandAssertionSourceTests
{
    private const string Shell = "/bin/sh";

    private static AssertionSource Script(string script, string? jsonField = null, TimeSpan? timeLimit = null) =>
        AssertionSource.FromCommand(Shell, ["-c", script], jsonField, timeLimit);

    /// <summary>On the real clock: a process takes the time it takes.</summary>
    private static async Task<AssertionResult> AskAsync(
        AssertionSource source, TimeProvider? clock = null, CancellationToken cancellationToken = default) =>
        await source.GetAssertionAsync(
            new AssertionRequest(
                EntraCloud.Public,
                EntraFake.Tenant,
                EntraFake.ClientId,
                EntraFake.Scope)
            { Audience = "api://AzureADTokenExchange", TimeProvider = clock ?? TimeProvider.System },
            cancellationToken);

    [FactOn(Systems.Linux)]
    public async Task What_it_prints_is_the_assertion() =>
        Assert.Equal("a.b.c", (await AskAsync(Script("echo a.b.c"))).Assertion);

    [FactOn(Systems.Linux)]
    public async Task It_is_told_the_audience_and_may_print_an_object() => Assert.Equal(
        "api://AzureADTokenExchange",
        (await AskAsync(Script("""printf '{"token":"%s"}' "$WORKLOAD_IDENTITY_AUDIENCE" """, jsonField: "token"))).Assertion);

    [FactOn(Systems.Linux)]
    public async Task Arguments_arrive_one_by_one_and_no_shell_expands_them()
    {
        var source = AssertionSource.FromCommand("/usr/bin/printf", ["%s.", "$(id)*'\"", "b"]);

        Assert.Equal("$(id)*'\".b.", (await AskAsync(source)).Assertion);
    }

    [FactOn(Systems.Linux)]
    public async Task Standard_error_is_shown_on_one_line_without_tokens()
    {
        var result = await AskAsync(Script($"printf 'no such\\njob \\033[31mred %s' {AssertionBench.Jwt} >&2; exit 3"));

        var error = AssertionBench.Fails(result, TokenErrorKind.Refused, "exited with code 3. It said: no such job [31mred (hidden)");
        Assert.DoesNotContain(error.Message, char.IsControl);
        Assert.False(error.IsTransient);
    }

    [TheoryOn(Systems.Linux)]
    [InlineData("true", "printed nothing")]
    [InlineData("echo canary canary", "text that holds a space")]
    [InlineData("echo canary; echo canary", "text that holds a line break")]
    [InlineData("head -c 70000 /dev/zero", "more than 64 KiB")]
    public async Task Output_that_is_no_assertion_fails_without_a_word_of_it(string script, string says) =>
        AssertionBench.Fails(await AskAsync(Script(script)), TokenErrorKind.InvalidResponse, says);

    [FactOn(Systems.Linux)]
    public async Task An_object_without_the_field_fails() => AssertionBench.Fails(
        await AskAsync(Script("echo '{\"other\":\"canary\"}'", jsonField: "token")), TokenErrorKind.InvalidResponse,
        "a string named 'token'");

    [FactOn(Systems.Linux)]
    public async Task A_program_that_is_not_there_is_said_to_be_so() =>
        AssertionBench.Fails(
            await AskAsync(AssertionSource.FromCommand("/no/such/program")),
            TokenErrorKind.InvalidConfiguration,
            "'/no/such/program' could not be started");

    [FactOn(Systems.Linux)]
    public async Task It_waits_for_nobodys_input() =>
        Assert.Equal("end", (await AskAsync(Script("cat; echo end"))).Assertion);

    [FactOn(Systems.Linux)]
    public async Task After_the_limit_it_and_all_it_started_are_ended()
    {
        using var folder = new TemporaryFolder();
        var clock = new FakeClock();
        var asking =
            AskAsync(
                Script(
                    $"sleep 1000 & echo $! > {folder.Path}/child; echo $$ > {folder.Path}/parent; wait",
                    timeLimit: TimeSpan.FromSeconds(5)),
                clock);
        await Patience.UntilAsync(() => Pid("parent") is not null);

        clock.Advance(TimeSpan.FromSeconds(5));

        AssertionBench.Fails(await asking, TokenErrorKind.TimedOut, "did not finish within 5 s");
        await Patience.UntilAsync(() => IsGone(Pid("child")!.Value) && IsGone(Pid("parent")!.Value));

        int? Pid(string name) =>
            File.Exists($"{folder.Path}/{name}") && int.TryParse(File.ReadAllText($"{folder.Path}/{name}"), out var id) ? id : null;
    }

    [FactOn(Systems.Linux)]
    public async Task A_caller_that_leaves_ends_it_too()
    {
        using var folder = new TemporaryFolder();
        using var leaving = new CancellationTokenSource();
        var asking = AskAsync(Script($"echo $$ > {folder.Path}/parent; exec sleep 1000"), cancellationToken: leaving.Token);
        await Patience.UntilAsync(
            () => File.Exists($"{folder.Path}/parent") && int.TryParse(File.ReadAllText($"{folder.Path}/parent"), out _));

        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        await Patience.UntilAsync(
            () => IsGone(int.Parse(File.ReadAllText($"{folder.Path}/parent"), System.Globalization.CultureInfo.InvariantCulture)));
    }

    [FactOn(Systems.Linux)]
    public async Task One_that_leaves_a_process_behind_is_not_waited_for()
    {
        // The one left behind ends by itself when its pipe is closed under it, at its next word.
        var result = await AskAsync(Script("(while echo a.b.c; do sleep 0.2; done) & exit 0"));

        AssertionBench.Fails(result, TokenErrorKind.InvalidResponse, "a process that it started still holds its output open");
    }

    [Theory]
    [InlineData("circleci")]
    [InlineData("bin/circleci")]
    [InlineData("")]
    [InlineData("/bin/x\n")]
    public void A_path_that_a_search_path_would_decide_is_refused_at_construction(string path) =>
        Assert.Throws<ArgumentException>(() => AssertionSource.FromCommand(path));

    [Fact]
    public void An_argument_that_cannot_be_passed_is_refused_at_construction()
    {
        Assert.Throws<ArgumentException>(() => AssertionSource.FromCommand(Environment.ProcessPath!, ["a\0b"]));
        Assert.Throws<ArgumentException>(() => AssertionSource.FromCommand(Environment.ProcessPath!, [null!]));
        Assert.Throws<ArgumentException>(
            "timeLimit", () => AssertionSource.FromCommand(Environment.ProcessPath!, timeLimit: TimeSpan.Zero));
    }

    /// <summary>Gone, or ended and not yet collected by whoever inherited it.</summary>
    private static bool IsGone(int id) =>
        !File.Exists($"/proc/{id}/stat") || File.ReadAllText($"/proc/{id}/stat").Contains(") Z ", StringComparison.Ordinal);

    private sealed class TemporaryFolder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("assertion-command-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}

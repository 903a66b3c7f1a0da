using WorkloadIdentity.Governance;

namespace WorkloadIdentity.Tests;

/// <summary>
/// Rotations that fail before and after every step that writes something. The steps are those that a rotation takes: nobody lists them.
/// </summary>
public sealed class RotationFailureTests : IAsyncLifetime
{
    private RotationBench _bench = null!;

    public static TheoryData<string, CredentialKind> Failures
    {
        get
        {
            var data = new TheoryData<string, CredentialKind>();
            foreach (var failure in (string[])["crash", "lost answer", "no connection", "disk"])
            {
                data.Add(failure, CredentialKind.Secret);
                data.Add(failure, CredentialKind.Certificate);
            }

            return data;
        }
    }

    public async Task InitializeAsync()
    {
        _bench = await RotationBench.StartAsync();
        _bench.Graph.ReplicationDelay = TimeSpan.FromSeconds(8);
        _bench.Graph.CredentialDelay = TimeSpan.FromSeconds(11);
    }

    public async Task DisposeAsync() => await _bench.DisposeAsync();

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task The_same_command_goes_on_after_a_failure_at_any_step(string failure, CredentialKind kind)
    {
        _bench.Steps.Failure = Of(failure);
        var (starts, finishes) = (0, 0);
        while (await FailsAtAsync(kind, start: starts, finish: -1))
        {
            starts++;
        }

        while (await FailsAtAsync(kind, start: -1, finish: finishes))
        {
            finishes++;
        }

        // addPassword or addKey, the note and the file; removePassword or removeKey: each before and after.
        Assert.Equal((6, 2), (starts, finishes));
    }

    [Fact]
    public async Task Every_second_request_that_writes_may_lose_its_answer()
    {
        _bench.Steps.Failure = Of("lost answer");
        var application = _bench.Add(CredentialKind.Secret);
        var request = _bench.Request(application, CredentialKind.Secret);

        // The first secret is removed and another one is added, within one command. The answer to the removal is lost as well.
        _bench.Steps.Reset(failAt: 3);
        var plan = await _bench.StartAsync(request);

        Assert.Single(plan.Changes);
        Assert.Equal(
            [
                "before the note", "after the note", "before addPassword", "after addPassword", "before removePassword",
                "after removePassword",
                "before the note", "after the note", "before addPassword", "after addPassword", "before the file", "after the file",
            ],
            _bench.Steps.Seen);
        Assert.Single(RotationBench.Added(application));
        Assert.True(await _bench.WorksAsync(application, CredentialKind.Secret));
    }

    /// <returns>False if the failing step was not reached.</returns>
    private async Task<bool> FailsAtAsync(CredentialKind kind, int start, int finish)
    {
        var application = _bench.Add(kind);
        var request = _bench.Request(application, kind, force: false);
        var forced = _bench.Request(application, kind, force: true);
        var at = $"{kind}, start {start}, finish {finish}";

        var failedStart = await UntilItSucceedsAsync(() => _bench.StartAsync(request), start, at);
        await PassAsync(TimeSpan.FromMinutes(1));
        Assert.True(RotationBench.Added(application).Count == 1, $"{at}: {RotationBench.Added(application).Count} were added");
        Assert.True(RotationBench.Count(application) == 2, $"{at}: the old credential is gone");
        Assert.True(await _bench.WorksAsync(application, kind), $"{at}: the file does not work");
        Assert.True((await _bench.StartAsync(request)).IsEmpty, $"{at}: it was begun again");

        var failedFinish = await UntilItSucceedsAsync(() => _bench.FinishAsync(forced), finish, at);
        Assert.True(RotationBench.Count(application) == 1, $"{at}: {RotationBench.Count(application)} are left");
        Assert.True(await _bench.WorksAsync(application, kind), $"{at}: the file does not work after the end");
        return start >= 0 ? failedStart : failedFinish;
    }

    /// <summary>Runs the same command until it succeeds: at most once more.</summary>
    /// <returns>Whether the failing step was reached.</returns>
    private async Task<bool> UntilItSucceedsAsync(Func<Task<ChangePlan>> command, int failAt, string at)
    {
        _bench.Steps.Reset(failAt);
        var exception = await Record.ExceptionAsync(command);
        var wasReached = failAt >= 0 && _bench.Steps.Seen.Count > failAt;
        _bench.Steps.Reset();
        if (exception is not null)
        {
            Assert.True(wasReached, $"{at}: {exception}");
            await PassAsync(TimeSpan.FromMinutes(1));
            await command();
        }

        return wasReached;
    }

    private Task<bool> PassAsync(TimeSpan time) => _bench.RunAsync(async () =>
    {
        await Task.Delay(time, _bench.Clock);
        return true;
    });

    private static Func<string, Exception?> Of(string failure) => failure switch
    {
        "crash" => _ => new CrashException(),
        "lost answer" => _ => new HttpRequestException(HttpRequestError.ResponseEnded, "reset"),

        // There is an answer only if there was a connection.
        "no connection" => point => point.StartsWith("after ", StringComparison.Ordinal)
            ? null
            : new HttpRequestException(HttpRequestError.ConnectionError, "refused"),
        _ => _ => new IOException("No space left on device."),
    };
}

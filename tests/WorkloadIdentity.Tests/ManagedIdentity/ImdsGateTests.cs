using System.Net;

namespace WorkloadIdentity.Tests;

/// <summary>Runs alone: the gate is shared by the whole process.</summary>
[CollectionDefinition(nameof(ImdsGateTests), DisableParallelization = true)]
[Collection(nameof(ImdsGateTests))]
public sealed class ImdsGateTests
{
    [Fact]
    public async Task Five_requests_are_under_way_at_once_whatever_the_number_of_credentials()
    {
        var gate = new Lock();
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        int inside = 0, most = 0;
        var machine = new Machine();
        for (var i = 0; i < 12; i++)
        {
            machine.Server.Answer(async (_, cancellationToken) =>
            {
                TaskCompletionSource wait;
                lock (gate)
                {
                    most = Math.Max(most, ++inside);
                    wait = release;
                }

                await wait.Task.WaitAsync(cancellationToken);
                lock (gate)
                {
                    inside--;
                }

                return FakeServer.Response(HttpStatusCode.OK, machine.Token());
            });
        }

        var credentials = new[] { machine.Credential(), machine.Credential(ManagedIdentityId.FromClientId(Machine.ClientId)) };
        var tasks = Enumerable.Range(0, 12)
            .Select(i => credentials[i % 2].AcquireAsync(new Acquisition(new TokenRequest(Machine.Scope)), CancellationToken.None).AsTask())
            .ToArray();

        // All twelve have run as far as they can before AcquireAsync returned.
        Assert.Equal(5, inside);
        Assert.Equal(5, machine.Server.Requests.Count);

        release.SetResult();
        Assert.All(await Task.WhenAll(tasks), result => Assert.Equal(TokenVerdict.Issued, result.Verdict));
        Assert.Equal(5, most);
        Assert.Equal(12, machine.Server.Requests.Count);
    }

    [Fact]
    public async Task A_caller_at_the_gate_can_cancel_and_frees_its_place()
    {
        var machine = new Machine();
        for (var i = 0; i < 5; i++)
        {
            machine.Server.Hang(machine.Clock);
        }

        using var holders = new CancellationTokenSource();
        using var waiting = new CancellationTokenSource();
        var credential = machine.Credential();
        var held = Enumerable.Range(0, 5).Select(_ => Acquire(holders.Token)).ToArray();
        var waiter = Acquire(waiting.Token);
        await waiting.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiter);
        Assert.Equal(5, machine.Server.Requests.Count);
        await holders.CancelAsync();
        foreach (var task in held)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task);
        }

        machine.Answers(HttpStatusCode.OK, machine.Token());
        Assert.Equal(TokenVerdict.Issued, (await Acquire(CancellationToken.None)).Verdict);

        Task<TokenResult> Acquire(CancellationToken token) =>
            credential.AcquireAsync(new Acquisition(new TokenRequest(Machine.Scope)), token).AsTask();
    }

    [Fact]
    public async Task Time_at_the_gate_does_not_mean_absence()
    {
        var machine = new Machine();
        using var holders = new CancellationTokenSource();
        for (var i = 0; i < 5; i++)
        {
            machine.Server.Hang(machine.Clock);
        }

        var credential = machine.Credential();
        var held = Enumerable.Range(0, 5)
            .Select(_ => credential.AcquireAsync(new Acquisition(new TokenRequest(Machine.Scope)), holders.Token).AsTask())
            .ToArray();
        machine.Answers(HttpStatusCode.BadRequest, Machine.ProbeRefused).Answers(HttpStatusCode.OK, machine.Token());

        var probing = credential.AcquireAsync(
            new Acquisition(new TokenRequest(Machine.Scope)) { HasAlternatives = true }, CancellationToken.None).AsTask();
        machine.Clock.Advance(TimeSpan.FromSeconds(9));
        Assert.False(probing.IsCompleted);
        await holders.CancelAsync();

        Assert.Equal(TokenVerdict.Issued, (await machine.Clock.RunUntilAsync(probing)).Verdict);
        foreach (var task in held)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task);
        }
    }
}

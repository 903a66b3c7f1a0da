using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WorkloadIdentity.Governance;
using WorkloadIdentity.Testing;
using CredentialKind = WorkloadIdentity.Governance.CredentialKind;

namespace WorkloadIdentity.Tests;

#pragma warning disable CA1001 // DisposeAsync disposes them.
public sealed class RotationWorkerTests : IAsyncLifetime
#pragma warning restore CA1001
{
    private readonly FakeLog _log = new();
    private readonly FakeMeters _meters = new();
    private RotationBench _bench = null!;

    public async Task InitializeAsync() => _bench = await RotationBench.StartAsync();

    public async Task DisposeAsync()
    {
        _log.Dispose();
        _meters.Dispose();
        await _bench.DisposeAsync();
    }

    [Fact]
    public async Task A_service_replaces_a_credential_before_it_expires_and_removes_the_old_one_later()
    {
        var application = _bench.Entra.AddApplication();
        application.AddSecret("old-secret", _bench.Clock.Now.AddDays(40));
        var judge = new Judge();
        await using var services = Services(application, judge);
        await LookAsync(services);
        Assert.Empty(judge.Asked);

        // Thirty days before the end it asks, and asks again as long as nobody approves.
        _bench.Clock.Advance(TimeSpan.FromDays(11));
        await LookAsync(services);
        await LookAsync(services);
        Assert.Equal((1, 2), (RotationBench.Count(application), judge.Asked.Count));
        Assert.All(judge.Records, record => Assert.Equal(ChangeOutcome.NotApproved, record.Outcome));

        judge.Approves = true;
        await LookAsync(services);
        Assert.Equal(2, RotationBench.Count(application));
        Assert.True(await _bench.WorksAsync(application, CredentialKind.Secret));

        // The grace period has not passed: there is nothing to ask for.
        await LookAsync(services);
        Assert.Equal((2, 3), (RotationBench.Count(application), judge.Asked.Count));

        _bench.Clock.Advance(TimeSpan.FromDays(2));
        Assert.True(await _bench.WorksAsync(application, CredentialKind.Secret));
        await LookAsync(services);
        await LookAsync(services);
        Assert.Equal((1, 4), (RotationBench.Count(application), judge.Asked.Count));
        Assert.Equal(
            [ChangeOutcome.NotApproved, ChangeOutcome.NotApproved, ChangeOutcome.Made, ChangeOutcome.Made],
            judge.Records.Select(record => record.Outcome));
        Assert.Equal((2, 2), (_log.Count(513), _log.Count(514)));
        Assert.Equal(
            ["made", "made", "not_approved", "not_approved"],
            _meters.Of("workload_identity.rotation.plans").Select(plan => plan.Tags.Split("outcome=")[1]).Order());
    }

    [Fact]
    public async Task Without_an_approval_the_host_does_not_start()
    {
        var application = _bench.Add(CredentialKind.Secret);
        await using var services = Services(application, approval: null);

        var exception = Assert.Throws<InvalidOperationException>(() => services.GetServices<IHostedService>().ToList());

        Assert.Equal("A service that rotates credentials needs an approval. Register an IChangeApproval.", exception.Message);
    }

    [Fact]
    public async Task A_failure_is_logged_and_the_next_interval_goes_on()
    {
        var application = _bench.Entra.AddApplication();
        application.AddSecret("old-secret", _bench.Clock.Now.AddDays(10));
        _bench.Steps.Reset(failAt: 4); // before the file is written
        _bench.Steps.Failure = _ => new IOException("No space left on device.");
        await using var services = Services(application, new Judge { Approves = true });
        await LookAsync(services);
        Assert.Equal("before the file", _bench.Steps.Seen[^1]);
        Assert.Equal((0, 1), (_log.Count(513), _log.Count(514)));
        await LookAsync(services);

        Assert.Single(RotationBench.Added(application));
        Assert.True(await _bench.WorksAsync(application, CredentialKind.Secret));
    }

    private ServiceProvider Services(EmulatedApplication application, IChangeApproval? approval)
    {
        var services = new ServiceCollection().AddSingleton<ILoggerFactory>(_log)
            .AddSingleton<System.Diagnostics.Metrics.IMeterFactory>(_meters).AddSingleton(_bench.Client).AddSingleton(_bench.Rotation);
        if (approval is not null)
        {
            services.AddSingleton(approval).AddSingleton((IChangeAudit)approval);
        }

        services.AddWorkloadIdentityGovernance().AddCredentialRotation(
            _ => [_bench.Request(application, CredentialKind.Secret)], options => options.Interval = TimeSpan.FromHours(6));
        return services.BuildServiceProvider();
    }

    private Task<bool> LookAsync(ServiceProvider services) => _bench.RunAsync(async () =>
    {
        await ((RotationWorker)services.GetServices<IHostedService>().Single()).RotateAllAsync(CancellationToken.None);
        return true;
    });

    private sealed class Judge : IChangeApproval, IChangeAudit
    {
        public bool Approves { get; set; }

        public List<ChangePlan> Asked { get; } = [];

        public List<ChangeRecord> Records { get; } = [];

        public ValueTask<bool> ApproveAsync(ChangePlan plan, CancellationToken cancellationToken)
        {
            Asked.Add(plan);
            return ValueTask.FromResult(Approves);
        }

        public ValueTask RecordAsync(ChangeRecord record, CancellationToken cancellationToken)
        {
            Records.Add(record);
            return ValueTask.CompletedTask;
        }
    }
}

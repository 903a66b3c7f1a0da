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

        // Another instance may still be at it: for a while it is left alone.
        await LookAsync(services);
        Assert.Equal("before the file", _bench.Steps.Seen[^1]);
        _bench.Clock.Advance(TimeSpan.FromHours(6));
        await LookAsync(services);

        Assert.Single(RotationBench.Added(application));
        Assert.True(await _bench.WorksAsync(application, CredentialKind.Secret));
    }

    [Fact]
    public async Task The_next_rotation_replaces_what_the_last_one_wrote_whatever_the_request_names()
    {
        var application = _bench.Entra.AddApplication();
        application.AddSecret("old-secret", _bench.Clock.Now.AddDays(10));
        application.AddSecret("of another program");
        var judge = new Judge { Approves = true };
        await using var services = Services(application, judge, replaces: application.Credentials.Secrets[0].KeyId);
        for (var rotation = 0; rotation < 2; rotation++)
        {
            await LookAsync(services);
            _bench.Clock.Advance(TimeSpan.FromDays(2));
            Assert.True(await _bench.WorksAsync(application, CredentialKind.Secret));
            await LookAsync(services);
            Assert.Equal(2, RotationBench.Count(application));
            _bench.Clock.Advance(TimeSpan.FromDays(160));
        }

        Assert.Equal(4, judge.Records.Count);
        Assert.All(judge.Records, record => Assert.Equal(ChangeOutcome.Made, record.Outcome));
        Assert.Equal(0, _log.Count(515));
    }

    [Fact]
    public async Task A_credential_whose_life_is_shorter_than_the_time_to_renew_is_not_replaced_at_once()
    {
        var application = _bench.Entra.AddApplication();
        application.AddSecret("old-secret", _bench.Clock.Now.AddDays(10));
        var judge = new Judge { Approves = true };
        await using var services = Services(application, judge, days: 20);
        await LookAsync(services);
        _bench.Clock.Advance(TimeSpan.FromDays(2));
        Assert.True(await _bench.WorksAsync(application, CredentialKind.Secret));
        await LookAsync(services);
        await LookAsync(services);
        Assert.Equal((1, 2), (RotationBench.Count(application), judge.Records.Count));
        _bench.Clock.Advance(TimeSpan.FromDays(9));

        await LookAsync(services);

        Assert.Equal((2, 3), (RotationBench.Count(application), judge.Records.Count));
    }

    [Fact]
    public async Task A_service_that_was_away_until_everything_had_expired_goes_on()
    {
        var application = _bench.Entra.AddApplication();
        application.AddSecret("old-secret", _bench.Clock.Now.AddDays(10));
        await using var services = Services(
            application, new Judge { Approves = true }, replaces: application.Credentials.Secrets[0].KeyId);
        await LookAsync(services);
        for (var away = 0; away < 2; away++)
        {
            _bench.Clock.Advance(TimeSpan.FromDays(200));
            Assert.False(await _bench.WorksAsync(application, CredentialKind.Secret));

            await LookAsync(services);

            Assert.True(await _bench.WorksAsync(application, CredentialKind.Secret));
            _bench.Clock.Advance(TimeSpan.FromDays(2));
            await LookAsync(services);
        }

        Assert.Equal(0, _log.Count(515));
    }

    [Fact]
    public async Task A_rotation_that_cannot_be_finished_is_told()
    {
        await using var bench = await RotationBench.StartAsync([.. RotationBench.Permissions.Except(["AuditLog.Read.All"])]);
        var application = bench.Entra.AddApplication();
        application.AddSecret("old-secret", bench.Clock.Now.AddDays(10));
        await using var services = Services(application, new Judge { Approves = true }, bench: bench);
        await LookAsync(services, bench);
        await LookAsync(services, bench);
        Assert.Equal((1, 0), (_log.Count(513), _log.Count(515)));
        bench.Clock.Advance(TimeSpan.FromDays(2));

        await LookAsync(services, bench);

        Assert.Equal((1, 1), (_log.Count(513), _log.Count(515)));
        Assert.Equal(2, RotationBench.Count(application));
    }

    [Fact]
    public async Task A_rotation_that_nothing_takes_up_is_told_after_a_week()
    {
        var application = _bench.Entra.AddApplication();
        application.AddSecret("old-secret", _bench.Clock.Now.AddDays(30));
        await using var services = Services(application, new Judge { Approves = true });
        await LookAsync(services);
        _bench.Clock.Advance(TimeSpan.FromDays(7));
        await LookAsync(services);
        Assert.Equal(0, _log.Count(515));
        _bench.Clock.Advance(TimeSpan.FromDays(2));

        await LookAsync(services);

        Assert.Equal(1, _log.Count(515));
    }

    [Fact]
    public async Task What_was_changed_is_recorded_although_the_host_stops_or_another_record_fails()
    {
        var application = _bench.Entra.AddApplication();
        application.AddSecret("old-secret", _bench.Clock.Now.AddDays(10));
        var judge = new Judge { Approves = true };
        using var stop = new CancellationTokenSource();
        _bench.Steps.Reset(failAt: 4); // before the file is written
        _bench.Steps.Failure = _ =>
        {
            stop.Cancel();
            return new OperationCanceledException(stop.Token);
        };
        await using var services = Services(application, judge, failing: new FailingAudit());

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _bench.RunAsync(async () =>
        {
            await Worker(services).RotateAllAsync(stop.Token);
            await Worker(services).RotateAllAsync(stop.Token);
            return true;
        }));

        var record = Assert.Single(judge.Records);
        Assert.Equal(ChangeOutcome.Failed, record.Outcome);
        Assert.StartsWith("The host stopped. Some of the changes may have been made", record.Reason, StringComparison.Ordinal);
        Assert.Equal(1, _log.Count(517));
    }

    [Fact]
    public async Task Nothing_is_written_before_the_approval_is_given_or_when_it_throws()
    {
        var application = _bench.Entra.AddApplication();
        application.AddSecret("old-secret", _bench.Clock.Now.AddDays(10));
        var judge = new Judge { Approves = true };
        judge.OnAsked = () =>
        {
            Assert.Empty(_bench.Steps.Seen);
            throw new InvalidOperationException("The approval is away.");
        };
        await using var services = Services(application, judge);

        await LookAsync(services);

        Assert.Equal((1, 0, 1), (judge.Asked.Count, _bench.Steps.Seen.Count, _log.Count(515)));
    }

    private ServiceProvider Services(
        EmulatedApplication application, IChangeApproval? approval, string? replaces = null, IChangeAudit? failing = null,
        RotationBench? bench = null, int days = 180)
    {
        bench ??= _bench;
        var services = new ServiceCollection().AddSingleton<ILoggerFactory>(_log)
            .AddSingleton<System.Diagnostics.Metrics.IMeterFactory>(_meters).AddSingleton(bench.Client).AddSingleton(bench.Rotation);
        if (failing is not null)
        {
            services.AddSingleton(failing);
        }

        if (approval is not null)
        {
            services.AddSingleton(approval).AddSingleton((IChangeAudit)approval);
        }

        services.AddWorkloadIdentityGovernance().AddCredentialRotation(
            _ =>
            [
                new RotationRequest(new ClientId(application.ClientId), bench.Request(application, CredentialKind.Secret).Destination)
                {
                    Kind = CredentialKind.Secret,
                    Replaces = replaces,
                    Lifetime = TimeSpan.FromDays(days),
                },
            ],
            options => options.Interval = TimeSpan.FromHours(6));
        return services.BuildServiceProvider();
    }

    private Task<bool> LookAsync(ServiceProvider services, RotationBench? bench = null) => (bench ?? _bench).RunAsync(async () =>
    {
        await Worker(services).RotateAllAsync(CancellationToken.None);
        return true;
    });

    private static RotationWorker Worker(ServiceProvider services) =>
        (RotationWorker)services.GetServices<IHostedService>().Single();

    private sealed class FailingAudit : IChangeAudit
    {
        public ValueTask RecordAsync(ChangeRecord record, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("The database is away.");
    }

    private sealed class Judge : IChangeApproval, IChangeAudit
    {
        public bool Approves { get; set; }

        public Action OnAsked { get; set; } = () => { };

        public List<ChangePlan> Asked { get; } = [];

        public List<ChangeRecord> Records { get; } = [];

        public ValueTask<bool> ApproveAsync(ChangePlan plan, CancellationToken cancellationToken)
        {
            Asked.Add(plan);
            OnAsked();
            return ValueTask.FromResult(Approves);
        }

        public ValueTask RecordAsync(ChangeRecord record, CancellationToken cancellationToken)
        {
            Records.Add(record);
            return ValueTask.CompletedTask;
        }
    }
}

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using WorkloadIdentity.Governance;

namespace WorkloadIdentity.Tests;

public sealed class WorkloadIdentityGovernanceExtensionsTests : IDisposable
{
    private readonly FakeClock _clock = new();
    private readonly FakeLog _log = new();
    private readonly FakeMeters _meters = new();
    private readonly FakeGraph _graph;

    public WorkloadIdentityGovernanceExtensionsTests()
    {
        _graph = new FakeGraph(_clock)
            .List(
                "/v1.0/applications",
                Application("a", "2026-01-11T00:00:00Z"),
                Application("far", "2027-01-01T00:00:00Z"),
                Application("gone", "2025-12-31T00:00:00Z"))
            .List("/v1.0/servicePrincipals", """{"id":"sp","appId":"c-sp","servicePrincipalType":"ManagedIdentity"}""");
    }

    public void Dispose()
    {
        _graph.Dispose();
        _meters.Dispose();
        _log.Dispose();
    }

    [Fact]
    public async Task The_background_reads_at_start_and_at_each_interval_and_shows_what_expires()
    {
        await using var services = Services();
        var latest = services.GetRequiredService<LatestInventory>();
        var worker = Assert.Single(services.GetServices<IHostedService>());

        await ReadOnceAsync(latest, () => worker.StartAsync(CancellationToken.None));

        var expiries = _meters.Observe("workload_identity.credential.expires_in");
        Assert.Equal(
            ["application=a client_id=c-a", "application=gone client_id=c-gone"], expiries.Select(measured => measured.Tags).Order());
        Assert.InRange(expiries.Single(measured => measured.Tags.StartsWith("application=a ", StringComparison.Ordinal)).Value,
            (10 * 86400) - 120, 10 * 86400);
        Assert.True(expiries.Single(measured => measured.Tags.Contains("gone", StringComparison.Ordinal)).Value < 0);
        Assert.Equal(
            [("kind=application", 3d), ("kind=managed_identity", 1d)],
            _meters.Observe("workload_identity.inventory.identities").Select(measured => (measured.Tags, measured.Value)).Order());
        Assert.Equal(1, _log.Count(510));

        var first = latest.Value;
        await ReadOnceAsync(latest, () => Task.CompletedTask);
        Assert.NotSame(first, latest.Value);
        Assert.True(latest.Value!.ReadAt - first!.ReadAt >= TimeSpan.FromHours(6));
        await worker.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task A_failure_is_logged_and_the_next_reading_comes()
    {
        _graph.Refuse("/v1.0/servicePrincipals");
        await using var services = Services();
        var latest = services.GetRequiredService<LatestInventory>();
        var worker = Assert.Single(services.GetServices<IHostedService>());
        _graph.Instead = _ =>
        {
            if (_log.Count(511) > 0)
            {
                _graph.Accept("/v1.0/servicePrincipals");
            }

            return null;
        };

        await ReadOnceAsync(latest, () => worker.StartAsync(CancellationToken.None));

        Assert.Equal(1, _log.Count(511));
        Assert.NotNull(latest.Value);
        await worker.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task A_handler_that_throws_is_logged_as_such_and_the_inventory_stays()
    {
        await using var services = Services();
        var latest = services.GetRequiredService<LatestInventory>();
        var worker = Assert.Single(services.GetServices<IHostedService>());
        var called = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var calls = 0;
        latest.Changed += (_, _) =>
        {
            if (++calls == 2)
            {
                called.TrySetResult(true);
            }

            throw new InvalidOperationException("The handler failed.");
        };

        await worker.StartAsync(CancellationToken.None);
        await _clock.RunUntilAsync(called.Task, TimeSpan.FromHours(13));
        await worker.StopAsync(CancellationToken.None);

        Assert.NotNull(latest.Value);
        Assert.Equal(0, _log.Count(511));
        Assert.Equal(2, _log.Count(512));
    }

    [Fact]
    public void An_interval_that_is_too_short_is_an_error()
    {
        using var services = Services(options => options.Interval = TimeSpan.Zero);

        Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IOptions<BackgroundInventoryOptions>>().Value);
    }

    private async Task ReadOnceAsync(LatestInventory latest, Func<Task> start)
    {
        var read = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        EventHandler changed = (_, _) => read.TrySetResult(true);
        latest.Changed += changed;
        await start();
        await _clock.RunUntilAsync(read.Task, TimeSpan.FromHours(13));
        latest.Changed -= changed;
    }

    private ServiceProvider Services(Action<BackgroundInventoryOptions>? configure = null)
    {
        var services = new ServiceCollection();
        services.AddSingleton<ILoggerFactory>(_log);
        services.AddSingleton<System.Diagnostics.Metrics.IMeterFactory>(_meters);
        services.AddWorkloadIdentity(new TokenAcquirer(
            new ScriptedCredential("script", _ => TokenResult.Issued(new AccessToken("t", _clock.Now.AddHours(24)))),
            new TokenAcquirerOptions { TimeProvider = _clock }));
        services.AddWorkloadIdentityGovernance()
            .ConfigureGraph(options =>
            {
                options.TimeProvider = _clock;
                options.Transport = _graph;
            })
            .AddBackgroundInventory(configure);
        return services.BuildServiceProvider();
    }

    private static string Application(string name, string ends) =>
        $$"""
        {"id":"o-{{name}}","appId":"c-{{name}}","displayName":"{{name}}",
          "passwordCredentials":[{"keyId":"{{name}}","endDateTime":"{{ends}}"}]}
        """;
}

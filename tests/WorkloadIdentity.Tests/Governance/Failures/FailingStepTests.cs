using System.Text.Json;
using WorkloadIdentity.Governance;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Tests;

/// <summary>
/// An inventory whose every step fails once, in each way in which Graph, the network or an administrator can let it fail. The steps are
/// those that the reader takes: nobody lists them.
/// </summary>
public sealed class FailingStepTests : IAsyncLifetime
{
    private const int Size = 120;

    /// <summary>What happens, and how it is brought about just before a request.</summary>
    private static readonly IReadOnlyDictionary<string, Action<EntraEmulator, EmulatedApplication>> Failures =
        new Dictionary<string, Action<EntraEmulator, EmulatedApplication>>
        {
            ["throttled, with a time to return"] = (entra, _) => entra.Faults.Api.Next(Fault.Throttled(TimeSpan.FromSeconds(17))),
            ["throttled, without a time"] = (entra, _) => entra.Faults.Api.Next(Fault.Status(429)),
            ["unavailable"] = (entra, _) => entra.Faults.Api.Next(Fault.Status(503)),
            ["gateway timeout, twice"] = (entra, _) => entra.Faults.Api.Next(Fault.Status(504), times: 2),
            ["the connection is lost"] = (entra, _) => entra.Faults.Api.Next(Fault.Reset),
            ["the token was revoked"] = (_, application) => application.Revoke(),
        };

    private readonly FakeClock _clock = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("failing-steps").FullName;
    private GraphTestCaller _graph = null!;

    public static TheoryData<string> Names => [.. Failures.Keys];

    public async Task InitializeAsync()
    {
        _graph = await GraphTestCaller.StartAsync(Size, _clock);
        _graph.Entra.TokenLifetime = TimeSpan.FromDays(1);
    }

    public async Task DisposeAsync()
    {
        await _graph.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_step_that_fails_once_changes_nothing_about_the_answer(string failure)
    {
        var (expected, steps) = await ReadAsync(_ => { });
        Assert.InRange(steps, 15, 60);

        // Each failure meets every sixth step, and all of them together every step.
        var first = Failures.Keys.ToList().IndexOf(failure);
        for (var step = first; step < steps; step += Failures.Count)
        {
            var at = step;
            var (inventory, _) = await ReadAsync(number =>
            {
                if (number == at)
                {
                    Failures[failure](_graph.Entra, _graph.Application);
                }
            });

            Assert.True(Text(expected) == Text(inventory), $"step {step}: the inventory differs");
            Assert.Equal(0, _graph.Entra.Faults.Api.Pending);
        }
    }

    [Fact]
    public async Task Cancelled_at_any_step_it_goes_on_where_it_was()
    {
        var (expected, steps) = await ReadAsync(_ => { });
        for (var step = 3; step < steps; step += 5)
        {
            var folder = Path.Combine(_folder, $"{step}");
            Directory.CreateDirectory(folder);
            using var cancelling = new CancellationTokenSource();
            var at = step;
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ReadAsync(
                number =>
                {
                    if (number == at)
                    {
                        cancelling.Cancel();
                    }
                },
                folder,
                cancellationToken: cancelling.Token));

            var (resumed, requests) = await ReadAsync(_ => { }, folder);

            Assert.True(Text(expected) == Text(resumed), $"step {step}: the inventory differs");
            Assert.True(requests <= steps - step + 6, $"step {step}: {requests} of {steps} requests were needed to go on");
        }
    }

    [Theory]
    [InlineData("AccessReview.Read.All", InventorySectionName.AccessReviews)]
    [InlineData("AuditLog.Read.All", InventorySectionName.SignIns)]
    [InlineData("CustomSecAttributeAssignment.Read.All", InventorySectionName.CustomSecurityAttributes)]
    [InlineData("IdentityRiskEvent.Read.All", InventorySectionName.RiskDetections)]
    [InlineData("IdentityRiskyServicePrincipal.Read.All", InventorySectionName.Risk)]
    [InlineData("Policy.Read.All", InventorySectionName.ConditionalAccess)]
    public async Task Without_a_permission_its_section_says_which_one_is_missing(string permission, InventorySectionName section)
    {
        // Directory.Read.All stands for many, so the others are given one by one.
        await using var graph = await GraphTestCaller.StartAsync(Size, _clock, [.. EmulatedGraphOptions.ReadPermissions
            .Except([permission, "Directory.Read.All"])]);

        var (inventory, _) = await ReadAsync(_ => { }, graph: graph);

        var missing = inventory.Section(section)!;
        Assert.Equal((SectionState.Missing, permission), (missing.State, missing.Permission));
        Assert.Equal(SectionState.Complete, inventory.Section(InventorySectionName.Applications)!.State);
    }

    /// <param name="before">Called before each request, with its number.</param>
    /// <param name="folder">Where the state is kept; nowhere when null.</param>
    /// <param name="graph">The tenant; the tests' own when null.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    private async Task<(TenantInventory Inventory, int Requests)> ReadAsync(
        Action<int> before, string? folder = null, GraphTestCaller? graph = null, CancellationToken cancellationToken = default)
    {
        graph ??= _graph;
        _clock.Advance(TimeSpan.FromMinutes(2));
        var credential = new ApplicationCredential(
            graph.Entra.Tenant.Id, graph.Application.ClientId, ClientSecretAuthentication.FromValue("s"),
            new ApplicationCredentialOptions { AuthorityHost = graph.Entra.AuthorityHost, TimeProvider = _clock });
        using var acquirer = new TokenAcquirer(credential, new TokenAcquirerOptions { TimeProvider = _clock });
        using var counting = new CountingHandler(new StepHandler(before));
        using var client = new GraphClient(acquirer, new GraphClientOptions
        {
            Endpoint = graph.Graph.Url,
            Scope = graph.Graph.Scope,
            TenantId = graph.Entra.Tenant.Id,
            TimeProvider = _clock,
            Transport = counting,
        });
        var inventory = await FastForward.RunAsync(_clock, () => counting.IsIdle, () =>
            new InventoryReader(client, new InventoryOptions { StateFolder = folder }).ReadAsync(cancellationToken: cancellationToken));
        return (inventory, counting.Sent);
    }

    /// <summary>What an inventory says, without when it was read and how.</summary>
    /// <summary>The identities but the reader's own: its secret is used at each reading.</summary>
    private string Text(TenantInventory inventory) => JsonSerializer.Serialize(
        inventory.Identities.Where(identity => identity.ClientId.Value != _graph.Application.ClientId)
            .OrderBy(identity => identity.ClientId.Value, StringComparer.Ordinal));

    /// <summary>Tells each request before it is sent.</summary>
    private sealed class StepHandler(Action<int> before) : DelegatingHandler(new SocketsHttpHandler { UseProxy = false })
    {
        private int _sent = -1;

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            before(Interlocked.Increment(ref _sent));
            return base.SendAsync(request, cancellationToken);
        }
    }
}

using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;

namespace WorkloadIdentity.Tests;

public sealed class TelemetryTests : IDisposable
{
    private static readonly TokenRequest Request = new("https://api.contoso.com/.default");

    private readonly FakeClock _clock = new();
    private readonly FakeMeters _meters = new();

    public void Dispose() => _meters.Dispose();

    [Fact]
    public async Task Acquisitions_are_measured_by_outcome_source_and_reason()
    {
        var credential = ControlledCredential.Issuing(_clock, TimeSpan.FromHours(1));
        using var acquirer = Acquirer(credential);
        var first = await acquirer.GetTokenAsync(Request);
        await acquirer.GetTokenAsync(Request);
        await acquirer.RenewTokenAsync(Request, first);
        _clock.Advance(TimeSpan.FromHours(1));
        credential.Answer = _ => TokenResult.Failed(new TokenError(TokenErrorKind.Refused, "no"));
        await Assert.ThrowsAsync<TokenAcquisitionException>(() => acquirer.GetTokenAsync(Request).AsTask());

        Assert.Equal(
            ["outcome=issued reason=first source=controlled", "outcome=issued reason=renewal source=controlled", "error.type=Refused "
                + "outcome=failed reason=refresh source=controlled"],
            _meters.Of("workload_identity.acquisition.duration").Select(measured => measured.Tags));
        Assert.Equal(["outcome=issued", "outcome=failed"], _meters.Of("workload_identity.wait.duration").Select(measured => measured.Tags));
        Assert.Empty(_meters.Of("workload_identity.refresh.failures"));
    }

    [Fact]
    public async Task A_refresh_that_fails_behind_a_living_token_is_counted()
    {
        var credential = ControlledCredential.Issuing(_clock, TimeSpan.FromHours(1));
        using var acquirer = Acquirer(credential);
        await acquirer.GetTokenAsync(Request);
        _clock.Advance(TimeSpan.FromMinutes(56));
        credential.Answer = _ => TokenResult.Failed(new TokenError(TokenErrorKind.Unreachable, "no"));
        await acquirer.GetTokenAsync(Request);

        await Patience.UntilAsync(() => _meters.Of("workload_identity.refresh.failures").Count > 0);
        Assert.Equal("error.type=Unreachable", Assert.Single(_meters.Of("workload_identity.refresh.failures")).Tags);
    }

    [Fact]
    public async Task The_time_callers_wait_is_measured_for_each_of_them()
    {
        var credential = new ControlledCredential(_clock);
        using var acquirer = Acquirer(credential);
        using var impatient = new CancellationTokenSource();
        var (one, two) = (acquirer.GetTokenAsync(Request).AsTask(), acquirer.GetTokenAsync(Request, impatient.Token).AsTask());
        var pending = await credential.NextAsync();
        _clock.Advance(TimeSpan.FromSeconds(2));
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => two);
        _clock.Advance(TimeSpan.FromSeconds(1));
        pending.Issue(credential.NewToken(TimeSpan.FromHours(1)));
        await one;

        Assert.Equal(
            [(2.0, "outcome=cancelled"), (3.0, "outcome=issued")],
            _meters.Of("workload_identity.wait.duration").Select(measured => (measured.Value, measured.Tags)));
    }

    [Fact]
    public async Task The_age_of_tokens_is_measured_on_a_few_hits_and_costs_the_others_nothing()
    {
        using var acquirer = Acquirer(ControlledCredential.Issuing(_clock, TimeSpan.FromHours(1)));
        await acquirer.GetTokenAsync(Request);
        _clock.Advance(TimeSpan.FromSeconds(64));
        await acquirer.GetTokenAsync(Request);
        Assert.Equal(64, Assert.Single(_meters.Of("workload_identity.token.age")).Value);

        _clock.Advance(TimeSpan.FromTicks(1));
        await acquirer.GetTokenAsync(Request);
        var atOnce = true;
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var hit = 0; hit < 1000; hit++)
        {
#pragma warning disable CA2012 // Measured: awaiting would be part of what is measured.
            atOnce &= acquirer.GetTokenAsync(Request).IsCompletedSuccessfully;
#pragma warning restore CA2012
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(atOnce);
        Assert.Single(_meters.Of("workload_identity.token.age"));
    }

    [Fact]
    public async Task Cache_entries_and_evictions_are_counted_by_kind()
    {
        using var acquirer = new TokenAcquirer(
            ControlledCredential.Issuing(_clock, TimeSpan.FromHours(1)),
            new TokenAcquirerOptions
            {
                TimeProvider = _clock,
                MeterFactory = _meters,
                Capacity = 16,
                OnBehalfOfCapacity = 4,
                Identity = "graph",
            });
        for (var scope = 0; scope < 18; scope++)
        {
            await acquirer.GetTokenAsync(new TokenRequest($"api://{scope}/.default"));
        }

        for (var user = 0; user < 5; user++)
        {
            await acquirer.GetTokenAsync(new TokenRequest("api://x/.default") { UserAssertion = $"user-{user}" });
        }

        Assert.Equal(
            [(2.0, "identity=graph kind=application"), (1.0, "identity=graph kind=user")],
            _meters.Of("workload_identity.cache.evictions").GroupBy(measured => measured.Tags)
                .Select(group => (group.Sum(measured => measured.Value), group.Key)));
        Assert.Equal(
            [(16.0, "identity=graph kind=application"), (4.0, "identity=graph kind=user")],
            _meters.Observe("workload_identity.cache.entries").Select(measured => (measured.Value, measured.Tags)));
    }

    [Fact]
    public async Task Challenges_are_counted_by_what_came_of_them_and_noted_on_the_trace()
    {
        var tokens = new FakeTokens();
        using var api =
            new FakeServer
            {
                Otherwise = _ =>
                FakeServer.Response(HttpStatusCode.Unauthorized, headers: ("WWW-Authenticate", """Bearer error="invalid_token" """))
            };
        using var client =
            new HttpMessageInvoker(
                new AccessTokenHandler(tokens, Request, new AccessTokenHandlerOptions { MeterFactory = _meters }) { InnerHandler = api });
        using var activity = new Activity("request").Start();
        (await client.SendAsync(new HttpRequestMessage(HttpMethod.Get, "https://api.contoso.com/"), CancellationToken.None)).Dispose();
        tokens.OnRenew = (renewal, _) => ValueTask.FromResult(renewal.Rejected!);
        (await client.SendAsync(new HttpRequestMessage(HttpMethod.Get, "https://api.contoso.com/"), CancellationToken.None)).Dispose();

        tokens.OnRenew = (_, _) => throw new TokenAcquisitionException(new TokenError(TokenErrorKind.Unreachable, "down"));
        (await client.SendAsync(new HttpRequestMessage(HttpMethod.Get, "https://api.contoso.com/"), CancellationToken.None)).Dispose();
        (await client.SendAsync(
            new HttpRequestMessage(HttpMethod.Post, "https://api.contoso.com/") { Content = new StreamContent(new MemoryStream([1])) },
            CancellationToken.None)).Dispose();

        Assert.Equal(
            ["outcome=resent reason=invalid_token", .. Enumerable.Repeat("outcome=returned reason=invalid_token", 3)],
            _meters.Of("workload_identity.challenges").Select(measured => measured.Tags));
        Assert.Equal(Enumerable.Repeat("token.challenge", 4), activity.Events.Select(note => note.Name));
    }

    [Fact]
    public async Task Claims_that_Entra_refuses_are_counted_as_refused()
    {
        var tokens = new FakeTokens
        {
            OnRenew = (_, _) => throw new TokenAcquisitionException(new TokenError(TokenErrorKind.Refused, "blocked")),
        };
        using var api = new FakeServer();
        api.Answer(HttpStatusCode.Unauthorized, headers: (
            "WWW-Authenticate", """Bearer error="insufficient_claims", claims="eyJhY2Nlc3NfdG9rZW4iOnt9fQ==" """));
        using var client = new HttpMessageInvoker(
            new AccessTokenHandler(tokens, Request, new AccessTokenHandlerOptions { MeterFactory = _meters }) { InnerHandler = api });

        await Assert.ThrowsAsync<TokenAcquisitionException>(
            () => client.SendAsync(new HttpRequestMessage(HttpMethod.Get, "https://api.contoso.com/"), CancellationToken.None));

        Assert.Equal(
            ["outcome=refused reason=insufficient_claims"],
            _meters.Of("workload_identity.challenges").Select(measured => measured.Tags));
    }

    [Fact]
    public async Task An_acquisition_is_a_trace_with_the_callers_as_parent()
    {
        var stopped = new ConcurrentQueue<Activity>();
        using var parent = new Activity("caller").Start();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == Telemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> options) =>
                options.Parent.TraceId == parent.TraceId ? ActivitySamplingResult.AllDataAndRecorded : ActivitySamplingResult.None,
            ActivityStopped = activity =>
            {
                // Where another test listens to everything, this one is told of everything.
                if (activity.TraceId == parent.TraceId)
                {
                    stopped.Enqueue(activity);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        using var acquirer = new TokenAcquirer(
            ScriptedCredential.Failing("entra"),
            new TokenAcquirerOptions { TimeProvider = _clock, MeterFactory = _meters, Identity = "graph" });

        await Assert.ThrowsAsync<TokenAcquisitionException>(() => acquirer.GetTokenAsync(Request).AsTask());

        var activity = Assert.Single(stopped);
        Assert.Equal(
            ("token.acquire", ActivityStatusCode.Error, parent.SpanId), (activity.DisplayName, activity.Status, activity.ParentSpanId));
        Assert.Equal(
            [
                "error.type=Refused", "workload_identity.identity=graph", "workload_identity.outcome=failed",
                "workload_identity.reason=first", "workload_identity.resource=api.contoso.com", "workload_identity.source=entra",
            ],
            activity.TagObjects.Select(tag => $"{tag.Key}={tag.Value}").Order(StringComparer.Ordinal));
    }

    private TokenAcquirer Acquirer(Credential credential) =>
        new(credential, new TokenAcquirerOptions { TimeProvider = _clock, MeterFactory = _meters, Jitter = () => 0 });
}

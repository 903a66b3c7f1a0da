using WorkloadIdentity.Testing;
using static WorkloadIdentity.Tests.EmulatorCalls;

namespace WorkloadIdentity.Tests;

/// <summary>Throttling, latency, and Entra's codes on demand.</summary>
public sealed class EmulatorTrafficTests(EmulatorFixture fixture) : IClassFixture<EmulatorFixture>
{
    private readonly EntraEmulator _entra = fixture.Fresh();
    private readonly FakeClock _clock = fixture.Clock;

    [Fact]
    public async Task Beyond_its_limit_a_period_answers_429_until_it_ends()
    {
        _entra.Faults.TokenEndpoint.Limit(2, TimeSpan.FromSeconds(10));

        await _entra.TokenAsync();
        _clock.Advance(TimeSpan.FromSeconds(4));
        await _entra.TokenAsync();
        var throttled = await _entra.PostAsync(_entra.Application.Form());

        Assert.Equal((429, "6"), (throttled.Status, throttled.Headers["Retry-After"]));
        Assert.Equal("status 429", _entra.Journal.TokenRequests[^1].Fault);
        _clock.Advance(TimeSpan.FromSeconds(6));
        await _entra.TokenAsync();
        _entra.Faults.TokenEndpoint.Unlimit();
        await _entra.TokenAsync();
        await _entra.TokenAsync();
    }

    [Fact]
    public void A_limit_has_a_number_and_a_period()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => _entra.Faults.Api.Limit(0, TimeSpan.FromSeconds(1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => _entra.Faults.Api.Limit(1, TimeSpan.Zero));
    }

    [Fact]
    public async Task A_kind_of_endpoint_has_a_latency_of_its_own()
    {
        _entra.Faults.TokenEndpoint.Latency = LatencyProfile.Fixed(TimeSpan.FromSeconds(3));

        var token = _entra.TokenAsync();
        while (_clock.PendingTimers == 0)
        {
            await Task.Yield();
        }

        // Discovery is as fast as ever.
        Assert.Equal(200, (await _entra.GetAsync("common/discovery/v2.0/keys")).Status);
        Assert.False(token.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(3));
        await token;
        _entra.Faults.TokenEndpoint.Clear();
        Assert.Null(_entra.Faults.TokenEndpoint.Latency);
    }

    [Fact]
    public void A_profile_keeps_within_its_percentiles_and_repeats_itself()
    {
        static LatencyProfile Make(int seed) =>
            LatencyProfile.Percentiles(TimeSpan.FromMilliseconds(40), TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(900), seed);
        static List<TimeSpan> Draw(LatencyProfile profile) => [.. Enumerable.Range(0, 20_000).Select(_ => profile.Next())];

        var drawn = Draw(Make(1));
        double Within(int milliseconds) => drawn.Count(time => time <= TimeSpan.FromMilliseconds(milliseconds)) / 20_000d;

        Assert.Equal(drawn, Draw(Make(1)));
        Assert.NotEqual(drawn, Draw(Make(2)));
        Assert.InRange(Within(40), 0.48, 0.52);
        Assert.InRange(Within(200), 0.94, 0.96);
        Assert.InRange(Within(900), 0.985, 0.995);
        Assert.InRange(drawn.Max(), TimeSpan.FromMilliseconds(900), TimeSpan.FromMilliseconds(1800));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => LatencyProfile.Percentiles(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3)));
        Assert.Throws<ArgumentOutOfRangeException>(() => LatencyProfile.Between(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => LatencyProfile.Fixed(TimeSpan.FromSeconds(-1)));
        Assert.Equal("40 ms, 95 % within 200 ms, 99 % within 900 ms", Make(1).ToString());
    }

    [Fact]
    public async Task Every_code_that_is_known_can_be_had_with_the_error_that_goes_with_it()
    {
        Assert.True(KnownRefusals.Codes.Count > 100);
        foreach (var code in KnownRefusals.Codes)
        {
            _entra.Faults.TokenEndpoint.Next(Fault.Refusal(code));
            var refused = await _entra.PostAsync(_entra.Application.Form());

            Assert.Equal(code, refused.Code);
            Assert.Contains(
                refused.Error,
                (string[])[
                    "invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "invalid_scope", "invalid_resource",
                    "interaction_required", "temporarily_unavailable", "server_error",
                ]);
            Assert.InRange(refused.Status, 400, 503);
            Assert.StartsWith($"AADSTS{code}: ", refused.Description, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(7000222, "invalid_client", 401)]
    [InlineData(700016, "unauthorized_client", 400)]
    [InlineData(70011, "invalid_scope", 400)]
    [InlineData(50076, "interaction_required", 400)]
    [InlineData(90033, "temporarily_unavailable", 503)]
    [InlineData(90055, "temporarily_unavailable", 429)]
    [InlineData(123456, "invalid_grant", 400)]
    public async Task A_refusal_on_demand_reads_as_Entras_own(long code, string error, int status)
    {
        _entra.Faults.TokenEndpoint.Next(Fault.Refusal(code)).Next(Fault.Refusal(code, error: "other_error", status: 418));

        var usual = await _entra.PostAsync(_entra.Application.Form());
        var stated = await _entra.PostAsync(_entra.Application.Form());

        Assert.Equal((status, error, code), (usual.Status, usual.Error, usual.Code));
        Assert.Equal((418, "other_error", code), (stated.Status, stated.Error, stated.Code));
    }

    [Fact]
    public async Task An_assertion_may_be_used_again_only_where_that_was_chosen()
    {
        await using var entra = await EntraEmulator.StartAsync(new() { AcceptsReusedAssertions = true });
        using var certificate = Certificate();
        var app = entra.AddApplication().AddCertificate(certificate);
        var assertion = ClientAssertion(certificate, app, entra.Tenant.TokenEndpoint, TimeProvider.System.GetUtcNow());

        Assert.Equal(200, (await entra.PostAsync(app.Asserting(assertion))).Status);
        Assert.Equal(200, (await entra.PostAsync(app.Asserting(assertion))).Status);
    }
}

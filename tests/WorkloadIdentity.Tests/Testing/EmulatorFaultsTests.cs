using System.Text;
using WorkloadIdentity.Testing;
using static WorkloadIdentity.Tests.EmulatorCalls;

namespace WorkloadIdentity.Tests;

public sealed class EmulatorFaultsTests : IClassFixture<EmulatorFixture>
{
    private readonly FakeClock _clock;
    private readonly EntraEmulator _entra;

    public EmulatorFaultsTests(EmulatorFixture fixture)
    {
        _clock = fixture.Clock;
        _entra = fixture.Fresh();
    }

    [Fact]
    public async Task IMDS_throttles_with_JSON_and_Entra_with_text()
    {
        _entra.Faults.ManagedIdentity.Next(Fault.Throttled(TimeSpan.FromSeconds(3)));
        _entra.Faults.TokenEndpoint.Next(Fault.Throttled(TimeSpan.FromSeconds(3)));

        const string Asked = "metadata/identity/oauth2/token?api-version=2018-02-01&resource=api://orders";
        var imds = await _entra.GetAsync(Asked, ("Metadata", "true"));
        var entra = await _entra.PostAsync(_entra.Application.Form());

        Assert.Equal((429, "3", "invalid_request"), (imds.Status, imds.Headers["Retry-After"], imds.Error));
        Assert.Equal((429, "3", "Too Many Requests"), (entra.Status, entra.Headers["Retry-After"], entra.Body));
    }

    [Fact]
    public async Task Faults_are_met_in_order_and_as_often_as_said()
    {
        _entra.Faults.TokenEndpoint.Next(Fault.Status(503, TimeSpan.FromSeconds(2)), times: 2)
            .Next(Fault.Throttled(TimeSpan.FromMilliseconds(1500)));
        Assert.Equal(3, _entra.Faults.TokenEndpoint.Pending);

        var replies = new[] { await AskAsync(), await AskAsync(), await AskAsync(), await AskAsync() };

        Assert.Equal([503, 503, 429, 200], replies.Select(reply => reply.Status));
        Assert.Equal("2", replies[0].Headers["Retry-After"]);
        Assert.Equal(("2", "Too Many Requests"), (replies[2].Headers["Retry-After"], replies[2].Body));
        Assert.Equal(["status 503", "status 503", "status 429", null], _entra.Journal.TokenRequests.Select(request => request.Fault));
        Assert.All(_entra.Journal.TokenRequests, request => Assert.Equal(Scope, request.Scope));
        Assert.Equal(0, _entra.Faults.TokenEndpoint.Pending);
    }

    [Fact]
    public async Task A_refusal_on_demand_has_Entras_form()
    {
        _entra.Faults.TokenEndpoint.Next(
            Fault.Refusal(53003, "interaction_required", suberror: "message_only", claims: """{"access_token":{}}"""));

        var reply = await AskAsync();

        Assert.Equal((400, "interaction_required", 53003), (reply.Status, reply.Error, reply.Code));
        Assert.Equal("message_only", reply.Json.GetProperty("suberror").GetString());
        Assert.Equal("""{"access_token":{}}""", reply.Json.GetProperty("claims").GetString());
        Assert.StartsWith("AADSTS53003: ", reply.Description, StringComparison.Ordinal);
        Assert.Equal(
            ("interaction_required", 53003L), (_entra.Journal.TokenRequests[0].Error, _entra.Journal.TokenRequests[0].ErrorCode!.Value));
    }

    [Fact]
    public async Task Responses_can_be_malformed()
    {
        _entra.Faults.TokenEndpoint
            .Next(Fault.Garbage)
            .Next(Fault.Body("""{"access_token":"""))
            .Next(Fault.TooLarge(2_000_000))
            .Next(Fault.Redirect(new Uri("https://elsewhere.example/")));

        var garbage = await AskAsync();
        Assert.Equal(200, garbage.Status);
        Assert.StartsWith("<html>", garbage.Body, StringComparison.Ordinal);
        Assert.Equal("""{"access_token":""", (await AskAsync()).Body);
        Assert.Equal(2_000_000, (await AskAsync()).Body.Length);
        var redirect = await AskAsync();
        Assert.Equal((307, "https://elsewhere.example/"), (redirect.Status, redirect.Headers["Location"]));
    }

    [Fact]
    public async Task A_connection_can_be_reset()
    {
        _entra.Faults.TokenEndpoint.Next(Fault.Reset);

        await Assert.ThrowsAsync<HttpRequestException>(AskAsync);

        var entry = Assert.Single(_entra.Journal.TokenRequests);
        Assert.Equal((null, "reset"), (entry.Status, entry.Fault));
        Assert.Equal(200, (await AskAsync()).Status);
    }

    [Fact]
    public async Task A_hanging_request_ends_with_its_caller()
    {
        _entra.Faults.ManagedIdentity.Next(Fault.Hang);
        using var impatient = new CancellationTokenSource();
        var asking =
            _entra.SendAsync(
                new HttpRequestMessage(HttpMethod.Get, new Uri(_entra.AuthorityHost, "metadata/identity/oauth2/token")), impatient.Token);
        while (_entra.Journal.ManagedIdentityRequests.Count == 0)
        {
            await Task.Yield();
        }

        await impatient.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
    }

    [Fact]
    public async Task Latency_passes_on_the_emulators_clock()
    {
        _entra.Latency = TimeSpan.FromSeconds(30);
        var asking = AskAsync();
        await TimersAsync(1);
        Assert.False(asking.IsCompleted);
        Assert.Null(Assert.Single(_entra.Journal.TokenRequests).Status);

        _clock.Advance(TimeSpan.FromSeconds(30));

        Assert.Equal(200, (await asking).Status);
        Assert.Equal(TimeSpan.FromSeconds(30), _clock.Now - _entra.Journal.TokenRequests[0].At);
    }

    [Fact]
    public async Task One_answer_can_be_late_and_still_true()
    {
        _entra.Faults.TokenEndpoint.Next(Fault.Delay(TimeSpan.FromSeconds(5)));
        var asking = AskAsync();
        await TimersAsync(1);

        _clock.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(200, (await asking).Status);
    }

    [Fact]
    public async Task An_outage_lasts_until_it_is_ended()
    {
        _entra.Faults.Outage = true;
        Assert.True(_entra.Faults.Outage);
        await Assert.ThrowsAsync<HttpRequestException>(AskAsync);
        await Assert.ThrowsAsync<HttpRequestException>(AskAsync);
        await Assert.ThrowsAsync<HttpRequestException>(() => _entra.GetAsync("metadata/identity/oauth2/token"));
        await Assert.ThrowsAsync<HttpRequestException>(() => _entra.CallAsync("x"));
        await Assert.ThrowsAsync<HttpRequestException>(() => _entra.GetAsync($"{_entra.Tenant.Id}/discovery/v2.0/keys"));

        _entra.Faults.TokenEndpoint.Outage = false;
        Assert.False(_entra.Faults.Outage);
        Assert.Equal(200, (await AskAsync()).Status);
        await Assert.ThrowsAsync<HttpRequestException>(() => _entra.CallAsync("x"));

        _entra.Faults.Clear();
        Assert.Equal(401, (await _entra.CallAsync("x")).Status);
    }

    [Fact]
    public async Task An_api_can_reject_and_challenge()
    {
        var token = await _entra.TokenAsync();
        const string Claims = """{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}""";
        _entra.Faults.Api.Next(Fault.RejectToken).Next(Fault.ClaimsChallenge(Claims));

        Assert.Contains("error=\"invalid_token\"", (await _entra.CallAsync(token)).Headers["WWW-Authenticate"], StringComparison.Ordinal);
        var challenge = (await _entra.CallAsync(token)).Headers["WWW-Authenticate"];
        Assert.Contains("error=\"insufficient_claims\"", challenge, StringComparison.Ordinal);
        Assert.Contains($"claims=\"{Convert.ToBase64String(Encoding.UTF8.GetBytes(Claims))}\"", challenge, StringComparison.Ordinal);
        Assert.Equal(200, (await _entra.CallAsync(token)).Status);
        Assert.Equal(["invalid_token", "insufficient_claims", null], _entra.Journal.ApiRequests.Select(request => request.Error));
    }

    [Fact]
    public void An_answer_is_queued_only_where_it_can_be_given()
    {
        Assert.Throws<ArgumentException>(() => _entra.Faults.Api.Next(Fault.Refusal(50000)));
        Assert.Throws<ArgumentException>(() => _entra.Faults.TokenEndpoint.Next(Fault.RejectToken));
        Assert.Throws<ArgumentException>(() => _entra.Faults.ManagedIdentity.Next(Fault.ClaimsChallenge("{}")));
        Assert.Throws<ArgumentOutOfRangeException>(() => _entra.Faults.Api.Next(Fault.Reset, times: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Fault.Status(99));
        Assert.Throws<ArgumentOutOfRangeException>(() => Fault.Redirect(new Uri("https://a.example"), 200));
        Assert.Throws<ArgumentOutOfRangeException>(() => _entra.TokenLifetime = TimeSpan.Zero);
        Assert.Throws<ArgumentOutOfRangeException>(() => _entra.Latency = TimeSpan.FromSeconds(-1));
    }

    private Task<EmulatorReply> AskAsync() =>
        _entra.PostAsync(_entra.Application.Form(("client_secret", _entra.Application.EnvironmentWithSecret()["AZURE_CLIENT_SECRET"])));

    private async Task TimersAsync(int count)
    {
        while (_clock.PendingTimers < count)
        {
            await Task.Yield();
        }
    }
}

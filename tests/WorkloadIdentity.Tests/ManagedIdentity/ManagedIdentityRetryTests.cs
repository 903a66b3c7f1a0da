using System.Net;
using Microsoft.Extensions.Logging;

namespace WorkloadIdentity.Tests;

public sealed class ManagedIdentityRetryTests
{
    [Theory]
    [InlineData(404)]
    [InlineData(408)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task What_passes_by_itself_is_tried_again(int status)
    {
        foreach (var machine in new[] { new Machine(), Machine.AppService(), Machine.AppServiceOf2017() })
        {
            machine.Answers((HttpStatusCode)status).Answers(HttpStatusCode.OK, machine.Token());

            Assert.Equal(TokenVerdict.Issued, (await machine.AcquireAsync()).Verdict);
            Assert.Equal(2, machine.Server.Requests.Count);
        }
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(405)]
    [InlineData(422)]
    public async Task What_does_not_pass_is_not_tried_again(int status)
    {
        foreach (var machine in new[] { new Machine(), Machine.AppService() })
        {
            var result = await machine.Answers((HttpStatusCode)status).AcquireAsync();

            Assert.Equal(TokenErrorKind.Refused, result.Error!.Kind);
            Assert.False(result.Error.IsTransient);
            Assert.Single(machine.Server.Requests);
        }
    }

    [Fact]
    public async Task Imds_is_asked_five_times_with_growing_delays()
    {
        var machine = new Machine();
        var times = Record(machine, HttpStatusCode.ServiceUnavailable);

        var result = await machine.AcquireAsync();

        Assert.Equal(TokenVerdict.Failed, result.Verdict);
        Assert.Equal(TokenErrorKind.Refused, result.Error!.Kind);
        Assert.True(result.Error.IsTransient);
        Assert.Equal(5, times.Count);

        // Four jittered delays around 1, 2, 4 and 8 seconds.
        Assert.InRange(times[^1] - times[0], TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(40));
    }

    [Fact]
    public async Task App_service_is_asked_four_times()
    {
        var machine = Machine.AppService();
        var times = Record(machine, HttpStatusCode.ServiceUnavailable);

        Assert.Equal(TokenVerdict.Failed, (await machine.AcquireAsync()).Verdict);
        Assert.Equal(4, times.Count);
    }

    [Fact]
    public async Task An_upgrade_of_imds_is_waited_for()
    {
        var machine = new Machine();
        var back = machine.Clock.Now.AddSeconds(70);
        machine.Server.Otherwise = _ => machine.Clock.Now < back
            ? FakeServer.Response(HttpStatusCode.Gone)
            : FakeServer.Response(HttpStatusCode.OK, machine.Token());

        Assert.Equal(TokenVerdict.Issued, (await machine.AcquireAsync()).Verdict);
        Assert.True(machine.Server.Requests.Count > 5);
    }

    [Fact]
    public async Task An_upgrade_that_does_not_end_is_given_up()
    {
        var machine = new Machine();
        var times = Record(machine, HttpStatusCode.Gone);

        var result = await machine.AcquireAsync();

        Assert.Equal(TokenVerdict.Failed, result.Verdict);
        Assert.Equal(410, result.Error!.StatusCode);
        Assert.Contains("upgraded", result.Error.Message, StringComparison.Ordinal);
        Assert.InRange(times[^1] - times[0], TimeSpan.FromSeconds(70), TimeSpan.FromSeconds(91));
        Assert.True(times.Count < 60);
    }

    [Fact]
    public async Task App_service_knows_no_upgrade()
    {
        var machine = Machine.AppService();

        Assert.Equal(TokenVerdict.Failed, (await machine.Answers(HttpStatusCode.Gone).AcquireAsync()).Verdict);
        Assert.Single(machine.Server.Requests);
    }

    [Fact]
    public async Task A_server_that_names_a_wait_is_given_it()
    {
        var machine = new Machine();
        var times = new List<DateTimeOffset>();
        machine.Server.Otherwise = _ =>
        {
            times.Add(machine.Clock.Now);
            return times.Count == 1
                ? FakeServer.Response(HttpStatusCode.TooManyRequests, headers: ("Retry-After", "17"))
                : FakeServer.Response(HttpStatusCode.OK, machine.Token());
        };

        Assert.Equal(TokenVerdict.Issued, (await machine.AcquireAsync()).Verdict);
        Assert.Equal(TimeSpan.FromSeconds(17), times[1] - times[0]);
    }

    [Fact]
    public async Task A_wait_longer_than_the_budget_ends_the_attempts_and_is_told()
    {
        var machine = new Machine();

        var result = await machine.Answers(HttpStatusCode.TooManyRequests, headers: ("Retry-After", "86400")).AcquireAsync();

        Assert.Equal(TokenErrorKind.Throttled, result.Error!.Kind);
        Assert.Equal(TimeSpan.FromDays(1), result.Error.RetryAfter);
        Assert.Single(machine.Server.Requests);
    }

    [Fact]
    public async Task A_retry_after_of_zero_keeps_the_usual_delay()
    {
        var machine = new Machine();
        machine.Server.Otherwise = _ => machine.Server.Requests.Count < 60
            ? FakeServer.Response(HttpStatusCode.Gone, headers: ("Retry-After", "0"))
            : FakeServer.Response(HttpStatusCode.OK, machine.Token());

        var result = await machine.AcquireAsync();

        Assert.Equal(410, result.Error?.StatusCode);
        Assert.Null(result.Error!.RetryAfter);
    }

    [Fact]
    public async Task A_host_that_hangs_is_cut_off_and_asked_again()
    {
        var machine = new Machine();
        var started = machine.Clock.Now;
        machine.Server.Hang(machine.Clock);
        machine.Answers(HttpStatusCode.OK, machine.Token());

        Assert.Equal(TokenVerdict.Issued, (await machine.AcquireAsync()).Verdict);
        Assert.InRange(machine.Clock.Now - started, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(13));
    }

    [Fact]
    public async Task The_programs_own_retry_options_are_honoured_as_they_are()
    {
        foreach (var status in new[] { HttpStatusCode.Gone, HttpStatusCode.ServiceUnavailable })
        {
            foreach (var machine in new[] { new Machine(), Machine.AppService() })
            {
                var times = Record(machine, status);
                await machine.AcquireAsync(configure: options => options.Retry = new RetryOptions { MaxAttempts = 2 });
                Assert.Equal(status == HttpStatusCode.Gone && machine.Variables.Count > 0 ? 1 : 2, times.Count);
            }
        }
    }

    [Fact]
    public async Task Retries_are_told_at_debug_level_without_secrets()
    {
        var log = new FakeLog();
        var machine = Machine.AppService();
        machine.Answers(HttpStatusCode.ServiceUnavailable, "canary-body").Answers(HttpStatusCode.OK, machine.Token("canary-token"));

        await machine.AcquireAsync(configure: options => options.LoggerFactory = log);

        var (level, id, text) = Assert.Single(log.Entries);
        Assert.Equal((LogLevel.Debug, 202), (level, id));
        Assert.Contains("attempt 2", text, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_relative_expiry_counts_from_the_attempt_that_was_answered()
    {
        var machine = new Machine();
        machine.Answers(HttpStatusCode.TooManyRequests, headers: ("Retry-After", "20"));
        var body = """{"access_token":"t","expires_in":"3600","token_type":"Bearer"}""";
        machine.Answers(HttpStatusCode.OK, body);
        var started = machine.Clock.Now;

        Assert.Equal(started.AddSeconds(3620), (await machine.AcquireAsync()).Token!.ExpiresOn);
    }

    private static List<DateTimeOffset> Record(Machine machine, HttpStatusCode status)
    {
        var times = new List<DateTimeOffset>();
        machine.Server.Otherwise = _ =>
        {
            times.Add(machine.Clock.Now);
            return FakeServer.Response(status);
        };
        return times;
    }
}

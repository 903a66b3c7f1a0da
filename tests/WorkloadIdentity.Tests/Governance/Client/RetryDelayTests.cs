using System.Net;
using WorkloadIdentity.Governance;

namespace WorkloadIdentity.Tests;

public sealed class RetryDelayTests
{
    private readonly FakeClock _clock = new();

    [Fact]
    public void What_Graph_asks_for_is_never_cut_short_and_gets_a_random_share()
    {
        Assert.Equal(TimeSpan.FromSeconds(300), new RetryDelay(_clock, () => 0).After(1, TimeSpan.FromSeconds(300)));
        Assert.Equal(TimeSpan.FromSeconds(301), new RetryDelay(_clock, () => 1).After(1, TimeSpan.FromSeconds(300)));
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 4)]
    [InlineData(5, 32)]
    [InlineData(6, 60)]
    [InlineData(100, 60)]
    public void Without_that_the_delay_doubles_up_to_a_minute(int attempt, int seconds)
    {
        Assert.Equal(TimeSpan.FromSeconds(seconds), new RetryDelay(_clock, () => 0).After(attempt, null));
        Assert.Equal(TimeSpan.FromSeconds(seconds * 1.5), new RetryDelay(_clock, () => 1).After(attempt, null));
    }

    [Theory]
    [InlineData("7", 7)]
    [InlineData("Thu, 01 Jan 2026 00:00:40 GMT", 40)]
    [InlineData("Wed, 31 Dec 2025 23:00:00 GMT", 0)]
    [InlineData("soon", null)]
    public void It_is_read_in_seconds_and_as_a_date(string header, int? seconds) =>
        Assert.Equal(
            seconds is { } expected ? TimeSpan.FromSeconds(expected) : null,
            new RetryDelay(_clock, () => 0).Asked(FakeServer.Response(
                HttpStatusCode.TooManyRequests, headers: ("Retry-After", header)).Headers));

    [Fact]
    public void A_date_is_compared_with_the_clock_of_the_server()
    {
        var response = FakeServer.Response(
            HttpStatusCode.TooManyRequests,
            headers: [("Retry-After", "Thu, 01 Jan 2026 00:01:00 GMT"), ("Date", "Thu, 01 Jan 2026 00:00:50 GMT")]);

        Assert.Equal(TimeSpan.FromSeconds(10), new RetryDelay(_clock, () => 0).Asked(response.Headers));
    }
}
